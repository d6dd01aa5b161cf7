import type { Cause } from '../cause.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import type { KithEvents } from '../events.ts'
import type { MessageContents } from '../messages/messenger.ts'
import { noticeRows } from '../messages/notices.ts'
import { joinRows } from '../outbox/outbox-rows.ts'
import type { OutboxRows } from '../outbox/outbox-store.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import type { AddCredentialResult, CredentialRecord, RemovedCredential } from './credential-store.ts'

/** A credential that is added or removed. */
interface Change {
  change: 'added' | 'removed'
  cause: Cause
}

const announced: readonly string[] = ['passkey', 'totp', 'recovery-codes', 'identity']

/** The `outbox` argument for adding or removing a credential, and the function that emits the event afterwards. */
export function credentialChange(
  core: Core,
  { id, userId, kind }: Pick<CredentialRecord, 'id' | 'userId' | 'kind'>,
  { change, cause }: Change,
): { rows: OutboxRows<unknown> | undefined; tell(): void } {
  const told = { userId, credentialId: id, kind }
  const event = `credential.${change}` as const
  return { rows: core.rowsOf(event, () => told, cause), tell: () => core.emit(event, told, cause) }
}

/** The same, and notifies the owner with a message. The caller is signed in. */
export async function announcedChange(
  core: Core,
  credential: Pick<CredentialRecord, 'id' | 'userId' | 'kind' | 'name'>,
  { change, cause }: Change & { cause: { viewer: Viewer; client: ClientInfo } },
): Promise<{ rows: OutboxRows<unknown> | undefined; tell(): void }> {
  const { userId, kind, name } = credential
  const { rows, tell } = credentialChange(core, credential, { change, cause })
  const user = announced.includes(kind) ? await core.storage.users.byId(userId) : null
  const named = kind as MessageContents['credential-added']['kind']
  const { client } = cause
  const notice =
    user && noticeRows(core, { kind: `credential-${change}`, user, client, more: { kind: named, name } })
  return { rows: joinRows(rows, notice ?? undefined), tell }
}

/** Removes all credentials of an account, or those of these kinds, even if none is left. Returns how many. */
export async function removeCredentials(
  core: Core,
  userId: string,
  { kinds, cause }: { kinds?: readonly string[]; cause: Cause },
): Promise<number> {
  const eventOf = ({ id, kind }: RemovedCredential): KithEvents['credential.removed'] => ({
    userId,
    credentialId: id,
    kind,
  })
  const rowsOf = core.rowsOf('credential.removed', eventOf, cause)
  const rows = rowsOf && ((all: RemovedCredential[]) => all.flatMap((each) => rowsOf(each)))
  const removed = await core.storage.credentials.removeOf(userId, kinds, rows)
  for (const each of removed) core.emit('credential.removed', eventOf(each), cause)
  return removed.length
}

/** @throws credential-taken, too-many-credentials, unauthenticated */
export function demandAdded(result: AddCredentialResult): void {
  if (result === 'taken') throw new KithError('credential-taken')
  if (result === 'too-many') throw new KithError('too-many-credentials')
  if (result === 'gone') throw new KithError('unauthenticated')
}
