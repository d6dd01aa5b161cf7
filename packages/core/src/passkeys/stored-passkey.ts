import type { CredentialRecord } from '../credentials/credential-store.ts'
import { authenticatorName } from './authenticator-names.ts'
import type { NewPasskey, PasskeyDescriptor } from './passkey-verifier.ts'

/** The stored data of a passkey, besides its id, which is its lookup key. None of it is secret. */
export type StoredPasskey = Omit<NewPasskey, 'id'>

/** The stored string. */
export function writePasskey(passkey: StoredPasskey): string {
  return JSON.stringify(passkey)
}

/** The stored data, parsed. */
export function readPasskey({ data }: Pick<CredentialRecord, 'data'>): StoredPasskey {
  return JSON.parse(data) as StoredPasskey
}

/** What its owner sees of it. */
export function showPasskey(record: Pick<CredentialRecord, 'data'>): {
  authenticator: string | null
  synced: boolean
} {
  const { aaguid, synced } = readPasskey(record)
  return { authenticator: authenticatorName(aaguid), synced }
}

/** References to the passkeys among these, for browsers. */
export function describePasskeys(stored: readonly CredentialRecord[]): PasskeyDescriptor[] {
  return stored.flatMap((record) =>
    record.kind === 'passkey'
      ? [{ type: 'public-key', id: record.subject, transports: readPasskey(record).transports }]
      : [],
  )
}

/**
 * What authenticators keep to know the account by: its id, which is random but for the time of registration, in every post of the account,
 * and says nothing of the person. So an account has one handle on all of its authenticators, and nothing has to be stored.
 */
export function userHandle(userId: string): string {
  return Buffer.from(userId).toString('base64url')
}
