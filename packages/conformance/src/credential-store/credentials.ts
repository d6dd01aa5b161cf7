import type { CredentialRecord, Storage, UserRecord, WaysIn } from '@kith/core/ports'
import { sampleCredential, sampleUser } from '../records.ts'

/** The credentials, their accounts, and where their rows wait. */
export type CredentialStores = Pick<Storage, 'users' | 'credentials' | 'outbox' | 'messages'>

/** Passkeys and verified addresses of both kinds open an account. */
export const everyWay: WaysIn = { kinds: ['passkey', 'elsewhere'], addresses: ['email', 'phone'] }

/** Creates an account. */
export async function withUser(
  { users }: Pick<Storage, 'users'>,
  fields: Partial<UserRecord> = {},
): Promise<UserRecord> {
  const user = sampleUser(fields)
  await users.create(user)
  return user
}

/** Creates an account that nothing opens. */
export async function withoutWayIn(
  stores: Pick<Storage, 'users'>,
  fields: Partial<UserRecord> = {},
): Promise<UserRecord> {
  return await withUser(stores, {
    passwordHash: null,
    emailVerifiedAt: null,
    phoneVerifiedAt: null,
    ...fields,
  })
}

/** Adds a credential to an account that is there, or to a new one. */
export async function withCredential(
  stores: Pick<Storage, 'users' | 'credentials'>,
  fields: Partial<CredentialRecord> = {},
): Promise<CredentialRecord> {
  const userId = fields.userId ?? (await withUser(stores)).id
  const credential = sampleCredential({ ...fields, userId })
  await stores.credentials.add(credential, 100)
  return credential
}

/** The credential with the kind and subject of this one. */
export async function found(
  { credentials }: Pick<Storage, 'credentials'>,
  { kind, subject }: Pick<CredentialRecord, 'kind' | 'subject'>,
): Promise<CredentialRecord | null> {
  return await credentials.bySubject(kind, subject)
}
