import type { RotationResult, SessionRecord, SessionStore } from '@kith/core/ports'
import type { Connection } from './database.ts'
import { afterEveryId } from './keyset.ts'
import { fromMillis, fromMillisOrNull, toMillis } from './millis.ts'

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
}

const columns = `id, user_id, epoch, generation, created_at, rotated_at, expires_at, revoked_at, device_name,
  address, user_agent`

type SessionStatement = 'insert' | 'live' | 'byId' | 'rotate' | 'revoke' | 'revokeAll' | 'list' | 'purgeEnded'

/** Every statement of the store. */
export const sessionStatements: Readonly<Record<SessionStatement, string>> = Object.freeze({
  insert: `INSERT INTO kith_sessions (${columns}) VALUES (@id, @userId, @epoch, @generation, @createdAt, @rotatedAt,
    @expiresAt, @revokedAt, @deviceName, @address, @userAgent)`,
  live: `SELECT id, rotated_at FROM kith_sessions
    WHERE user_id = @userId AND revoked_at IS NULL AND expires_at > @at`,
  byId: `SELECT ${columns} FROM kith_sessions WHERE id = @id`,
  rotate: `UPDATE kith_sessions SET generation = generation + 1, rotated_at = @now, expires_at = @expiresAt,
      address = coalesce(@address, address), user_agent = coalesce(@userAgent, user_agent)
    WHERE id = @id AND generation = @generation AND revoked_at IS NULL AND expires_at > @now`,
  revoke: `UPDATE kith_sessions SET revoked_at = @at
    WHERE id = @id AND user_id = @userId AND revoked_at IS NULL AND expires_at > @at`,
  revokeAll: `UPDATE kith_sessions SET revoked_at = @at
    WHERE user_id = @userId AND revoked_at IS NULL AND expires_at > @at AND id IS NOT @except RETURNING id`,
  list: `SELECT ${columns} FROM kith_sessions
    WHERE user_id = @userId AND revoked_at IS NULL AND expires_at > @now AND id < @before
    ORDER BY id DESC LIMIT @limit`,
  purgeEnded: `DELETE FROM kith_sessions WHERE id IN
    (SELECT id FROM kith_sessions WHERE ended_at <= @before ORDER BY ended_at LIMIT @limit)`,
})

/** Creates the session store on a connection. */
export function createSessionStore(connection: Connection): SessionStore {
  const { run, get, all, read, write, atomically } = connection

  return {
    async open({ id, userId, epoch, generation, deviceName, address, userAgent, ...dates }, maxLive) {
      const at = toMillis(dates.createdAt)
      const row = {
        id,
        userId,
        epoch,
        generation,
        createdAt: at,
        rotatedAt: toMillis(dates.rotatedAt),
        expiresAt: toMillis(dates.expiresAt),
        revokedAt: toMillis(dates.revokedAt),
        deviceName,
        address,
        userAgent,
      }
      return atomically(() => {
        run(sessionStatements.insert, row)
        const live = all<{ id: string; rotated_at: number }>(sessionStatements.live, { userId, at })
        const surplus = live
          .sort((a, b) => b.rotated_at - a.rotated_at || (a.id < b.id ? 1 : -1))
          .slice(maxLive)
          .map((each) => each.id)
        for (const ended of surplus) run(sessionStatements.revoke, { id: ended, userId, at })
        return surplus
      })
    },
    async byId(id) {
      const row = await read(() => get<SessionRow>(sessionStatements.byId, { id }))
      return row && sessionFrom(row)
    },
    rotate({ id, generation, now, expiresAt, address, userAgent }) {
      const step = { id, generation, now: toMillis(now), expiresAt: toMillis(expiresAt), address, userAgent }
      return atomically((): RotationResult => {
        const rotated = run(sessionStatements.rotate, step) === 1
        const row = get<SessionRow>(sessionStatements.byId, { id })
        return row && rotated
          ? { rotated, session: sessionFrom(row) }
          : { rotated: false, session: row && sessionFrom(row) }
      })
    },
    revoke({ id, userId }, at) {
      return write(() => run(sessionStatements.revoke, { id, userId, at: toMillis(at) }) === 1)
    },
    async revokeAll(userId, at, except) {
      const values = { userId, at: toMillis(at), except }
      const ended = await write(() => all<{ id: string }>(sessionStatements.revokeAll, values))
      return ended.map(({ id }) => id)
    },
    list(userId, now, { limit, before }) {
      const range = { userId, now: toMillis(now), before: before ?? afterEveryId, limit }
      return read(() => all<SessionRow>(sessionStatements.list, range).map(sessionFrom))
    },
    purgeEnded(before, limit) {
      return write(() => run(sessionStatements.purgeEnded, { before: toMillis(before), limit }))
    },
  }
}

function sessionFrom(row: SessionRow): SessionRecord {
  return {
    id: row.id,
    userId: row.user_id,
    epoch: row.epoch,
    generation: row.generation,
    createdAt: fromMillis(row.created_at),
    rotatedAt: fromMillis(row.rotated_at),
    expiresAt: fromMillis(row.expires_at),
    revokedAt: fromMillisOrNull(row.revoked_at),
    deviceName: row.device_name,
    address: row.address,
    userAgent: row.user_agent,
  }
}
