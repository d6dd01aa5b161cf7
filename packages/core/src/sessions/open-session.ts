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

/** A sign-in that has been decided on. */
export interface Opening {
  user: UserRecord
  client: ClientInfo
  /** Made from the user agent where it is absent. */
  deviceName: string | undefined
  /** Whether the account, read again after the session was stored, still lets this sign-in pass. */
  stillHolds(user: UserRecord): boolean | Promise<boolean>
  /** How its owner has proved to be the account: the names of RFC 8176. */
  methods: readonly string[]
  /** Whether the owner is told where the account does not know the device. */
  announce?: boolean | undefined
  /** What it is refused with where the account is gone or lets it no longer pass. @default 'invalid-credentials' */
  refusal?: 'passkey-invalid' | 'not-impersonable' | undefined
  /** Who acts as the account, and why, where it is not its owner. */
  actor?: { viewer: Viewer; reason: string } | undefined
  /** Whether the host opens it, without a proof: then one of an account that is gone fails with `account-not-found`. */
  byHost?: boolean | undefined
}

/**
 * Opens a session. A ban, a deletion or a new password marks the account first and then ends the sessions; here the session is
 * stored first, with the epoch of the account, and then the account is read again. So whichever comes first, a session never
 * outlives the change, without a transaction over both.
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
    // An admin has not proved to be the account, not to releases either that do not know who acts.
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
    // All sessions were ended since the account was read, this one with them; but what opens it still holds.
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
    // A device on which an admin acts is none of the owner's.
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

/** What is told of a session in place of that it was opened, where its owner has not opened it. */
function impersonatedEvent(
  { actor }: Opening,
  session: SessionRecord,
): KithEvents['session.impersonated'] | null {
  return actor ? { ...openedEvent(session), actorId: actor.viewer.userId, reason: actor.reason } : null
}

type Notice = OutboxRows<unknown> | undefined

/** The message to the owner of an account that has not met this device, or that an admin acts as. */
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

/** A password that was given again inside a session, and whether it still is that of the account. */
interface Renewal extends Omit<Opening, 'deviceName'> {
  viewer: Viewer
}

/**
 * Ends every session of an account, also the one that asks, of which a copy may be in other hands, and opens a fresh one for
 * anyone who has just given the password.
 */
export async function renewSession(core: Core, { viewer, user, ...opening }: Renewal): Promise<SignIn> {
  const asking = viewer.sessionId === null ? null : await core.storage.sessions.byId(viewer.sessionId)
  const cause = { viewer, client: opening.client }
  await endSessions(core, { id: user.id, epoch: user.sessionEpoch - 1, cause })
  const methods = [...new Set([...(asking?.methods ?? []), ...opening.methods])]
  return await openSession(core, { ...opening, user, methods, deviceName: asking?.deviceName ?? undefined })
}

/**
 * Saves a session, and ends those that have become too many. Where a clock was set back it may look older than all others,
 * and be ended itself: then it is saved again, after them.
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

/** The person who signs in is the owner, by this very session, unless an admin does. */
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
  // One of an admin pushes out none of the owner's.
  const ended = await core.storage.sessions.open(session, maxPerAccount + (opening.actor ? 1 : 0), rows)
  if (notice) core.outgoing.kick()
  for (const id of ended) core.emit('session.revoked', { userId, sessionId: id }, cause)
  await denyTokens(core, ended)
  return ended
}
