import type { OutboxRows, RotationResult, SessionChange, SessionRecord, SessionStore } from '@kith/core/ports'
import type { Connection } from './database.ts'
import { fromHex, toStored, toStoredOrNull } from './ids.ts'
import { beforeOrEnd } from './keyset.ts'
import { fromMillis, fromMillisOrNull, toMillis } from './millis.ts'
import { addToOutbox, writing } from './outbox-store.ts'

interface SessionRow {
  id: string
  user_id: string
  epoch: number
  generation: number
  created_at: number
  rotated_at: number
  expires_at: number
  revoked_at: number | null
  device_name: string | null
  address: string | null
  user_agent: string | null
  proved_at: number
  methods: string
  actor_id: string | null
  actor_session_id: string | null
  bound_key: string | null
}

const columns = `hex(id) AS id, hex(user_id) AS user_id, epoch, generation, created_at, rotated_at, expires_at, revoked_at, device_name,
  address, user_agent, coalesce(proved_at, created_at) AS proved_at, coalesce(methods, '["pwd"]') AS methods,
  iif(actor_id IS NULL, NULL, hex(actor_id)) AS actor_id,
  iif(actor_session_id IS NULL, NULL, hex(actor_session_id)) AS actor_session_id, bound_key`

type SessionStatement =
  'insert' | 'live' | 'byId' | 'rotate' | 'bind' | 'revoke' | 'revokeAll' | 'list' | 'purgeEnded'

/** Every statement of the store. */
export const sessionStatements: Readonly<Record<SessionStatement, string>> = Object.freeze({
  insert: `INSERT INTO kith_sessions (id, user_id, epoch, generation, created_at, rotated_at, expires_at, revoked_at,
      device_name, address, user_agent, proved_at, methods, actor_id, actor_session_id, bound_key)
    VALUES (@id, @userId, @epoch, @generation, @createdAt, @rotatedAt, @expiresAt, @revokedAt,
      @deviceName, @address, @userAgent, @provedAt, @methods, @actorId, @actorSessionId, @boundKey)`,
  live: `SELECT hex(id) AS id, rotated_at FROM kith_sessions
    WHERE user_id = @userId AND revoked_at IS NULL AND expires_at > @at`,
  byId: `SELECT ${columns} FROM kith_sessions WHERE id = @id`,
  rotate: `UPDATE kith_sessions SET generation = generation + 1, rotated_at = @now, expires_at = @expiresAt,
      address = coalesce(@address, address), user_agent = coalesce(@userAgent, user_agent),
      proved_at = iif(@methods IS NULL, proved_at, @now), methods = coalesce(@methods, methods)
    WHERE id = @id AND generation = @generation AND bound_key IS @boundKey AND revoked_at IS NULL AND expires_at > @now
    RETURNING ${columns}`,
  bind: `UPDATE kith_sessions SET bound_key = @key
    WHERE id = @id AND user_id = @userId AND bound_key IS NULL AND revoked_at IS NULL AND expires_at > @now`,
  revoke: `UPDATE kith_sessions SET revoked_at = @at
    WHERE id = @id AND user_id = @userId AND revoked_at IS NULL AND expires_at > @at`,
  revokeAll: `UPDATE kith_sessions SET revoked_at = @at
    WHERE user_id = @userId AND revoked_at IS NULL AND expires_at > @at AND id IS NOT @except
    RETURNING hex(id) AS id`,
  list: `SELECT ${columns} FROM kith_sessions
    WHERE user_id = @userId AND revoked_at IS NULL AND expires_at > @now AND id < @before
    ORDER BY kith_sessions.id DESC LIMIT @limit`,
  purgeEnded: `DELETE FROM kith_sessions WHERE id IN
    (SELECT id FROM kith_sessions WHERE ended_at <= @before ORDER BY ended_at LIMIT @limit)`,
})

/** Creates the session store on a connection. */
export function createSessionStore(connection: Connection): SessionStore {
  const { run, get, all, read, write, atomically } = connection

  function tellEnded(ids: readonly string[], outbox: OutboxRows<SessionChange> | undefined): void {
    if (outbox) for (const id of ids) addToOutbox(connection, outbox({ id, opened: false }))
  }

  return {
    async open(session, maxLive, outbox) {
      const { id, userId, epoch, generation, deviceName, address, userAgent, methods, ...others } = session
      const { actorId, actorSessionId, boundKey, ...dates } = others
      const at = toMillis(dates.createdAt)
      const row = {
        id: toStored(id),
        userId: toStored(userId),
        epoch,
        generation,
        createdAt: at,
        rotatedAt: toMillis(dates.rotatedAt),
        expiresAt: toMillis(dates.expiresAt),
        revokedAt: toMillis(dates.revokedAt),
        deviceName,
        address,
        userAgent,
        provedAt: toMillis(dates.provedAt),
        methods: JSON.stringify(methods),
        actorId: toStoredOrNull(actorId),
        actorSessionId: toStoredOrNull(actorSessionId),
        boundKey,
      }
      return atomically(() => {
        run(sessionStatements.insert, row)
        if (outbox) addToOutbox(connection, outbox({ id, opened: true }))
        const live = all<{ id: string; rotated_at: number }>(sessionStatements.live, {
          userId: row.userId,
          at,
        })
        const surplus = live
          .sort((a, b) => b.rotated_at - a.rotated_at || (a.id < b.id ? 1 : -1))
          .slice(maxLive)
          .map((each) => fromHex(each.id))
        for (const ended of surplus)
          run(sessionStatements.revoke, { id: toStored(ended), userId: row.userId, at })
        tellEnded(surplus, outbox)
        return surplus
      })
    },
    async byId(id) {
      const row = await read(() => get<SessionRow>(sessionStatements.byId, { id: toStored(id) }))
      return row && sessionFrom(row)
    },
    rotate({ id: sessionId, generation, boundKey, address, userAgent, ...next }) {
      const id = toStored(sessionId)
      const [now, expiresAt] = [toMillis(next.now), toMillis(next.expiresAt)]
      const methods = next.methods ? JSON.stringify(next.methods) : null
      const step = { id, generation, boundKey, now, expiresAt, address, userAgent, methods }
      return write((): RotationResult => {
        const [stepped] = all<SessionRow>(sessionStatements.rotate, step)
        if (stepped) return { rotated: true, session: sessionFrom(stepped) }
        const row = get<SessionRow>(sessionStatements.byId, { id })
        return { rotated: false, session: row && sessionFrom(row) }
      })
    },
    bind({ id, userId, key, now }, outbox) {
      const values = { id: toStored(id), userId: toStored(userId), key, now: toMillis(now) }
      return writing(connection, outbox, () => {
        const bound = run(sessionStatements.bind, values) === 1
        if (bound && outbox) addToOutbox(connection, outbox())
        return bound
      })
    },
    revoke({ id, userId }, at, outbox) {
      const values = { id: toStored(id), userId: toStored(userId), at: toMillis(at) }
      return writing(connection, outbox, () => {
        const ended = run(sessionStatements.revoke, values) === 1
        if (ended) tellEnded([id], outbox)
        return ended
      })
    },
    async revokeAll(userId, at, ...[except, outbox]) {
      const values = { userId: toStored(userId), at: toMillis(at), except: toStoredOrNull(except) }
      return writing(connection, outbox, () => {
        const ended = all<{ id: string }>(sessionStatements.revokeAll, values).map(({ id }) => fromHex(id))
        tellEnded(ended, outbox)
        return ended
      })
    },
    list(userId, now, { limit, before }) {
      const range = { userId: toStored(userId), now: toMillis(now), before: beforeOrEnd(before), limit }
      return read(() => all<SessionRow>(sessionStatements.list, range).map(sessionFrom))
    },
    purgeEnded(before, limit) {
      return write(() => run(sessionStatements.purgeEnded, { before: toMillis(before), limit }))
    },
  }
}

function sessionFrom(row: SessionRow): SessionRecord {
  return {
    id: fromHex(row.id),
    userId: fromHex(row.user_id),
    epoch: row.epoch,
    generation: row.generation,
    createdAt: fromMillis(row.created_at),
    rotatedAt: fromMillis(row.rotated_at),
    expiresAt: fromMillis(row.expires_at),
    revokedAt: fromMillisOrNull(row.revoked_at),
    deviceName: row.device_name,
    address: row.address,
    userAgent: row.user_agent,
    provedAt: fromMillis(row.proved_at),
    methods: JSON.parse(row.methods) as string[],
    actorId: row.actor_id === null ? null : fromHex(row.actor_id),
    actorSessionId: row.actor_session_id === null ? null : fromHex(row.actor_session_id),
    boundKey: row.bound_key,
  }
}
