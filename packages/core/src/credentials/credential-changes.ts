import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import type { MessageContents } from '../messages/messenger.ts'
import { noticeRows } from '../messages/notices.ts'
import type { OutboxRows } from '../outbox/outbox-store.ts'
import type { ClientInfo } from '../viewer.ts'
import type { AddCredentialResult } from './credential-store.ts'

/** A credential that comes or goes. */
interface CredentialChange {
  change: 'credential-added' | 'credential-removed'
  kind: string
  name: string | null
  client: ClientInfo
}

const told: readonly string[] = ['passkey', 'totp', 'recovery-codes', 'identity']

/** What a verb takes as `outbox` so that the owner is told of a credential. */
export async function credentialNotices(
  core: Core,
  userId: string,
  { change, kind, name, client }: CredentialChange,
): Promise<OutboxRows<unknown> | undefined> {
  const user = told.includes(kind) ? await core.storage.users.byId(userId) : null
  const named = kind as MessageContents['credential-added']['kind']
  return user ? noticeRows(core, { kind: change, user, client, more: { kind: named, name } }) : undefined
}

/** @throws credential-taken, too-many-credentials, unauthenticated */
export function demandAdded(result: AddCredentialResult): void {
  if (result === 'taken') throw new KithError('credential-taken')
  if (result === 'too-many') throw new KithError('too-many-credentials')
  if (result === 'gone') throw new KithError('unauthenticated')
}
