import type { Core } from '../core.ts'
import { demandAdded } from '../credentials/credential-changes.ts'
import { credentialKinds } from '../credentials/credential-kinds.ts'
import type { CredentialRecord } from '../credentials/credential-store.ts'
import type { OutboxRows } from '../outbox/outbox-store.ts'
import { authenticatorName } from './authenticator-names.ts'
import type { NewPasskey } from './passkey-verifier.ts'
import { writePasskey } from './stored-passkey.ts'

/** A verified passkey, and its account. */
interface AddedPasskey {
  /** @default a new one */
  id?: string | undefined
  userId: string
  passkey: NewPasskey
  /** That of its authenticator if absent. */
  name?: string | undefined
  rows?: OutboxRows<unknown> | undefined
}

/** The default name of a passkey. */
export function defaultName({ aaguid }: Pick<NewPasskey, 'aaguid'>): string {
  return authenticatorName(aaguid) ?? 'Passkey'
}

/** Stores a passkey. @throws credential-taken, too-many-credentials, unauthenticated */
export async function addPasskey(
  core: Core,
  { id = core.makeId(), userId, passkey, name = defaultName(passkey), rows }: AddedPasskey,
): Promise<CredentialRecord> {
  const { id: subject, ...stored } = passkey
  const [kind, data] = ['passkey', writePasskey(stored)] as const
  const record = {
    id,
    userId,
    kind,
    subject,
    name,
    data,
    version: 0,
    createdAt: core.clock(),
    usedAt: null,
  }
  demandAdded(await core.storage.credentials.add(record, credentialKinds[kind].atMost, rows))
  return record
}
