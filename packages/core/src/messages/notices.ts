import type { UserRecord } from '../accounts/user-store.ts'
import { headOf, type Recipient } from '../codes/code-purposes.ts'
import type { Core } from '../core.ts'
import { joinRows } from '../outbox/outbox-rows.ts'
import type { OutboxRows } from '../outbox/outbox-store.ts'
import { placeOf } from '../sessions/client-address.ts'
import { deviceNameOf } from '../sessions/device-name.ts'
import type { ClientInfo } from '../viewer.ts'
import type { MessageContents } from './messenger.ts'
import type { Draft } from './outgoing.ts'

/** Notices to an owner about a security change of their account. */
export type NoticeKind =
  | 'new-device'
  | 'password-changed'
  | 'credential-added'
  | 'credential-removed'
  | 'locked-out'
  | 'reuse-detected'
  | 'impersonated'

type More<Kind extends NoticeKind> = Omit<MessageContents[Kind], 'device' | 'address' | 'at'>

/** A notice to the owner of an account. */
export interface Notice<Kind extends NoticeKind> {
  kind: Kind
  user: Pick<UserRecord, 'id' | 'email' | 'phone' | 'phoneVerifiedAt'>
  /** Who caused it; absent if the host did. */
  client?: ClientInfo | undefined
  more: More<Kind>
}

/** How long a notice is still useful. */
const worthMillis = 3 * 86_400_000

/**
 * The `outbox` argument that notifies the owner of a change: by email, or else at a verified phone number. `undefined`
 * if the app sends no such messages, and then the storage does no extra work.
 */
export function noticeRows<Kind extends NoticeKind>(
  core: Core,
  { kind, user, client = {}, more }: Notice<Kind>,
): OutboxRows<unknown> | undefined {
  const to = recipientOf(core, user, client.language ?? null)
  if (!to) return undefined
  const at = core.clock()
  const content = {
    device: deviceNameOf(client.userAgent) ?? null,
    address: placeOf(client).address,
    at: at.toISOString(),
    ...more,
  }
  const draft = { ...headOf(to), kind, content } as unknown as Draft
  return core.outgoing.rows(new Date(at.getTime() + worthMillis), () => [draft])
}

/** The same for a waiting account that was approved. */
export function approvedRows(core: Core, user: Notice<NoticeKind>['user']): OutboxRows<unknown> | undefined {
  const to = recipientOf(core, user, null)
  if (!to) return undefined
  const end = new Date(core.clock().getTime() + worthMillis)
  return core.outgoing.rows(end, () => [{ ...headOf(to), kind: 'account-approved', content: {} }])
}

function recipientOf(
  { outgoing }: Core,
  { email, phone, phoneVerifiedAt }: Notice<NoticeKind>['user'],
  language: string | null,
): Recipient | null {
  if (email !== null && outgoing.can('email')) return { kind: 'email', address: email, language }
  if (phone !== null && phoneVerifiedAt && outgoing.can('sms'))
    return { kind: 'phone', address: phone, language }
  return null
}

/** The purpose of the mark that says that an owner was notified. */
const lockedOut = 'notice/locked-out'
const quietMillis = 86_400_000

/**
 * Notifies an owner, in the background, that too many wrong passwords or codes were entered: once a day, whichever
 * process finds it out. Limits are counted outside of the storage, so the event, the audit log entry and the notice are
 * stored in one step with the mark, and not with the refusal. If a process dies before that, the next refusal does it.
 */
export function tellLockedOut(core: Core, userId: string, client: ClientInfo): void {
  core.clearing.notice(async ({ codes, users }) => {
    const now = core.clock()
    const mark = { purpose: lockedOut, subject: userId }
    if (await codes.find({ ...mark, now })) return
    const user = await users.byId(userId)
    if (!user) return
    const cause = { viewer: null, client }
    const told = { userId, ...placeOf(client) }
    const rows = joinRows<unknown>(
      core.rowsOf('account.locked-out', () => told, cause),
      noticeRows(core, { kind: 'locked-out', user, client, more: {} }),
    )
    const expiresAt = new Date(now.getTime() + quietMillis)
    const isFirst = await codes.issueOnce(
      { ...mark, userId, hashes: [], data: '', tries: 1, createdAt: now, expiresAt },
      rows && (() => rows(null)),
    )
    if (!isFirst) return
    core.emit('account.locked-out', told, cause)
    core.outgoing.kick()
  })
}
