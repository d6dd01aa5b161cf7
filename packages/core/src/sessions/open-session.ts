import { demandUnbanned } from '../accounts/bans.ts'
import type { UserRecord } from '../accounts/user-store.ts'
import { KithError } from '../errors.ts'
import type { Cause } from '../cause.ts'
import type { Core } from '../core.ts'
import type { KithEvents } from '../events.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import { placeOf } from './client-address.ts'
import { noticeRows } from '../messages/notices.ts'
import type { OutboxRows } from '../outbox/outbox-store.ts'
import { joinRows } from '../outbox/outbox-rows.ts'
import { deviceNameOf } from './device-name.ts'
import { denyTokens, endedRows, endSessions } from './end-sessions.ts'
import type { SessionChange, SessionRecord } from './session-store.ts'
import { isOfAccount, issueTokens, sessionEnd, type SignIn } from './session.ts'

/** A sign-in that passed all checks. */
export interface Opening {
  user: UserRecord
  client: ClientInfo
  /** Derived from the user agent if absent. */
  deviceName: string | undefined
  /** Whether the account, reread after the session was stored, still allows this sign-in. */
  stillHolds(user: UserRecord): boolean | Promise<boolean>
  /** How its owner has proved to be the account: the names of RFC 8176. */
  methods: readonly string[]
  /** Whether to notify the owner if the device is new to the account. */
  announce?: boolean | undefined
  /** The error if the account is gone or no longer allows it. @default 'invalid-credentials' */
  refusal?: 'passkey-invalid' | 'not-impersonable' | undefined
  /** Who acts as the account, and why, if not its owner. */
  actor?: { viewer: Viewer; reason: string } | undefined
  /** Whether the host opens it, without a proof: then the error for an account that is gone is `account-not-found`. */
  byHost?: boolean | undefined
}

/**
 * Opens a session. A ban, a deletion or a new password marks the account first and then ends the sessions; here the
 * session is stored first, with the epoch of the account, and then the account is reread. So in either order a session
 * never outlives the change, without a transaction over both.
 */
export async function openSession(core: Core, opening: Opening): Promise<SignIn> {
  const { user, client, actor } = opening
  const deviceName = opening.deviceName ?? deviceNameOf(client.userAgent)
  const now = core.clock()
  const session = await keep(core, opening, {
    id: core.makeId(),
    userId: user.id,
    epoch: user.sessionEpoch,
    generation: 0,
    createdAt: now,
    rotatedAt: now,
    expiresAt: sessionEnd(core, now, { openedAt: now, isImpersonated: actor !== undefined }),
    revokedAt: null,
    // An admin has not proved to be the account, not even for releases that do not support actors.
    provedAt: actor ? new Date(0) : now,
    methods: [...opening.methods],
    actorId: actor?.viewer.userId ?? null,
    actorSessionId: actor?.viewer.sessionId ?? null,
    boundKey: null,
    deviceName: deviceName ?? null,
    ...placeOf(client),
  })
  const fresh = await core.storage.users.byId(user.id)
  if (!fresh || fresh.bannedAt || !(await opening.stillHolds(fresh))) {
    await core.storage.sessions.revoke(
      session,
      core.clock(),
      endedRows(core, user.id, causeOf(opening, session)),
    )
    if (fresh) demandUnbanned(fresh)
    throw new KithError(opening.refusal ?? (opening.byHost ? 'account-not-found' : 'invalid-credentials'))
  }
  if (!isOfAccount(session, fresh)) {
    // All sessions were ended since the account was read, including this one; but the sign-in is still valid.
    await core.storage.sessions.revoke(
      session,
      core.clock(),
      endedRows(core, user.id, causeOf(opening, session)),
    )
    return await openSession(core, { ...opening, user: fresh })
  }
  raiseOpened(core, opening, session)
  const [account, opened, deviceToken] = await Promise.all([
    core.presentUsers.presentSignedIn(fresh),
    issueTokens(core, session, fresh),
    // A device on which an admin acts is not one of the owner's.
    actor
      ? undefined
      : core.deviceTokens.read(client.device).then((device) => core.deviceTokens.issue(fresh, device)),
  ])
  return { user: account, session: opened.session, tokens: { ...opened.tokens, deviceToken } }
}

function raiseOpened(core: Core, opening: Opening, session: SessionRecord): void {
  const impersonated = impersonatedEvent(opening, session)
  if (impersonated) core.emit('session.impersonated', impersonated)
  else core.emit('session.opened', openedEvent(session))
}

function openedEvent({
  userId,
  id: sessionId,
  address,
  userAgent,
}: SessionRecord): KithEvents['session.opened'] {
  return { userId, sessionId, address, userAgent }
}

/** The event instead of `session.opened`, if the owner has not opened the session. */
function impersonatedEvent(
  { actor }: Opening,
  session: SessionRecord,
): KithEvents['session.impersonated'] | null {
  return actor ? { ...openedEvent(session), actorId: actor.viewer.userId, reason: actor.reason } : null
}

type Notice = OutboxRows<unknown> | undefined

/** The message to the owner of an account about a new device, or an admin who acts as it. */
async function noticeOf(core: Core, { user, client, announce = false, actor }: Opening): Promise<Notice> {
  if (actor)
    return core.config.sessions.impersonation?.notice
      ? noticeRows(core, { kind: 'impersonated', user, more: {} })
      : undefined
  if (!announce) return undefined
  const device = await core.deviceTokens.read(client.device)
  if (device && core.deviceTokens.knows(device, user)) return undefined
  return noticeRows(core, { kind: 'new-device', user, client, more: {} })
}

/** A password that was entered again in a session, and whether it is still that of the account. */
interface Renewal extends Omit<Opening, 'deviceName'> {
  viewer: Viewer
}

/**
 * Ends every session of an account, including the caller's, in case it was copied, and opens a fresh one for the
 * caller, who has just entered the password.
 */
export async function renewSession(core: Core, { viewer, user, ...opening }: Renewal): Promise<SignIn> {
  const asking = viewer.sessionId === null ? null : await core.storage.sessions.byId(viewer.sessionId)
  const cause = { viewer, client: opening.client }
  await endSessions(core, { id: user.id, epoch: user.sessionEpoch - 1, cause })
  const methods = [...new Set([...(asking?.methods ?? []), ...opening.methods])]
  return await openSession(core, { ...opening, user, methods, deviceName: asking?.deviceName ?? undefined })
}

/**
 * Saves a session, and ends the excess ones. If a clock was set back the new one may look the oldest, and be ended
 * itself: then it is saved again, after them.
 */
async function keep(core: Core, opening: Opening, session: SessionRecord): Promise<SessionRecord> {
  const notice = await noticeOf(core, opening)
  if (!(await open(core, session, { opening, notice })).includes(session.id)) return session
  const { userId, createdAt } = session
  const page = { limit: core.config.sessions.maxPerAccount, before: null }
  const live = await core.storage.sessions.list(userId, createdAt, page)
  const latest = Math.max(createdAt.getTime(), ...live.map(({ rotatedAt }) => rotatedAt.getTime()))
  const after = { ...session, id: core.makeId(), rotatedAt: new Date(latest + 1) }
  await open(core, after, { opening, notice: undefined })
  return after
}

/** The person who signs in is the owner, in this very session, unless an admin does. */
function causeOf({ byHost = false, client, actor }: Opening, { id, userId }: SessionRecord): Cause {
  if (actor) return { by: actor.viewer, client }
  return byHost ? { client } : { viewer: { userId, sessionId: id }, client }
}

async function open(
  core: Core,
  session: SessionRecord,
  { opening, notice }: { opening: Opening; notice: Notice },
): Promise<string[]> {
  const { id: sessionId, userId } = session
  const cause = causeOf(opening, session)
  const impersonated = impersonatedEvent(opening, session)
  const rows = joinRows(
    impersonated
      ? core.rowsOf(
          'session.impersonated',
          ({ opened }: SessionChange) => (opened ? impersonated : null),
          cause,
        )
      : core.rowsOf(
          'session.opened',
          ({ opened }: SessionChange) => (opened ? openedEvent(session) : null),
          cause,
        ),
    notice && (({ opened, id }: SessionChange) => (opened && id === sessionId ? notice(null) : [])),
    endedRows(core, userId, cause),
  )
  const { maxPerAccount } = core.config.sessions
  // A session of an admin does not displace the owner's.
  const ended = await core.storage.sessions.open(session, maxPerAccount + (opening.actor ? 1 : 0), rows)
  if (notice) core.outgoing.kick()
  for (const id of ended) core.emit('session.revoked', { userId, sessionId: id }, cause)
  await denyTokens(core, ended)
  return ended
}
