import type { OutboxRows, RotationResult, SessionChange, SessionRecord, SessionStore } from '@kith/core/ports'
import type { Connection, Statements } from './connection.ts'
import { beforeOrEnd, toId } from './ids.ts'
import { fromMillis, fromMillisOrNull, moment, toMillis } from './moments.ts'
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

const columns = `id, user_id, epoch, generation, created_at, rotated_at, expires_at, revoked_at, device_name, address, user_agent,
  proved_at, array_to_json(methods)::text AS methods, actor_id, actor_session_id, bound_key`

const isLive = (at: string): string =>
  `user_id = @userId AND revoked_at IS NULL AND expires_at > ${moment(at)}`

type SessionStatement =
  'insert' | 'endSurplus' | 'byId' | 'rotate' | 'bind' | 'revoke' | 'revokeAll' | 'list' | 'purgeEnded'

/** Every statement of the store. */
export const sessionStatements: Readonly<Record<SessionStatement, string>> = Object.freeze({
  // The lock of the account's sessions, which need not have a row in common, is held until the transaction ends.
  insert: `INSERT INTO kith.sessions (id, user_id, epoch, generation, created_at, rotated_at, expires_at, revoked_at,
      device_name, address, user_agent, proved_at, methods, actor_id, actor_session_id, bound_key)
    SELECT @id::uuid, @userId::uuid, @epoch::int, @generation::int, ${moment('createdAt')}, ${moment('rotatedAt')}, ${moment('expiresAt')},
      ${moment('revokedAt')}, @deviceName, @address, @userAgent, ${moment('provedAt')}, @methods::text[],
      @actorId::uuid, @actorSessionId::uuid, @boundKey
    FROM (SELECT pg_advisory_xact_lock(hashtextextended('kith.sessions ' || @userId::text, 0))) AS locked`,
  endSurplus: `UPDATE kith.sessions SET revoked_at = ${moment('at')} WHERE revoked_at IS NULL AND id IN
    (SELECT id FROM kith.sessions WHERE ${isLive('at')} ORDER BY rotated_at DESC, id DESC OFFSET @maxLive)
    RETURNING id`,
  byId: `SELECT ${columns} FROM kith.sessions WHERE id = @id`,
  rotate: `UPDATE kith.sessions SET generation = generation + 1, rotated_at = ${moment('now')},
      expires_at = ${moment('expiresAt')}, address = coalesce(@address, address),
      user_agent = coalesce(@userAgent, user_agent),
      proved_at = CASE WHEN @methods::text[] IS NULL THEN proved_at ELSE ${moment('now')} END,
      methods = coalesce(@methods::text[], methods)
    WHERE id = @id AND generation = @generation AND bound_key IS NOT DISTINCT FROM @boundKey AND revoked_at IS NULL AND expires_at > ${moment('now')}
    RETURNING ${columns}`,
  bind: `UPDATE kith.sessions SET bound_key = @key WHERE id = @id AND bound_key IS NULL AND ${isLive('now')}`,
  revoke: `UPDATE kith.sessions SET revoked_at = ${moment('at')} WHERE id = @id AND ${isLive('at')}`,
  revokeAll: `UPDATE kith.sessions SET revoked_at = ${moment('at')}
    WHERE ${isLive('at')} AND id IS DISTINCT FROM @except RETURNING id`,
  list: `SELECT ${columns} FROM kith.sessions WHERE ${isLive('now')} AND id < @before ORDER BY id DESC LIMIT @limit`,
  purgeEnded: `DELETE FROM kith.sessions WHERE id = ANY
    (ARRAY(SELECT id FROM kith.sessions WHERE ended_at <= ${moment('before')} ORDER BY ended_at LIMIT @limit))`,
})

/** Creates the session store on a connection. */
export function createSessionStore(connection: Connection): SessionStore {
  const { run, get, all } = connection

  return {
    open(session, maxLive, outbox) {
      return connection.atomically(async (statements) => {
        await statements.run(sessionStatements.insert, valuesOf(session))
        const ended = await statements.all<{ id: string }>(sessionStatements.endSurplus, {
          userId: toId(session.userId),
          at: toMillis(session.createdAt),
          maxLive,
        })
        const ids = ended.map(({ id }) => id)
        // Sessions are locked before their account's queue, as in every statement that ends one.
        const changes = [{ id: session.id, opened: true }, ...ids.map((id) => ({ id, opened: false }))]
        const rows = changes.flatMap((change) => outbox?.(change) ?? [])
        await addToOutbox(statements, rows)
        return ids
      })
    },
    async byId(id) {
      const row = await get<SessionRow>(sessionStatements.byId, { id: toId(id) })
      return row && sessionFrom(row)
    },
    async rotate({ id, generation, boundKey, address, userAgent, ...next }): Promise<RotationResult> {
      const stepped = await get<SessionRow>(sessionStatements.rotate, {
        id: toId(id),
        generation,
        boundKey,
        now: toMillis(next.now),
        expiresAt: toMillis(next.expiresAt),
        address,
        userAgent,
        methods: next.methods ?? null,
      })
      if (stepped) return { rotated: true, session: sessionFrom(stepped) }
      const row = await get<SessionRow>(sessionStatements.byId, { id: toId(id) })
      return { rotated: false, session: row && sessionFrom(row) }
    },
    bind({ id, userId, key, now }, outbox) {
      const values = { id: toId(id), userId: toId(userId), key, now: toMillis(now) }
      return writing(connection, outbox, async (statements) => {
        const bound = (await statements.run(sessionStatements.bind, values)) === 1
        if (bound && outbox) await addToOutbox(statements, outbox())
        return bound
      })
    },
    revoke({ id, userId }, at, outbox) {
      const values = { id: toId(id), userId: toId(userId), at: toMillis(at) }
      return writing(connection, outbox, async (statements) => {
        const ended = (await statements.run(sessionStatements.revoke, values)) === 1
        if (ended) await noteEnded(statements, [{ id }], outbox)
        return ended
      })
    },
    revokeAll(userId, at, ...[except, outbox]) {
      const values = { userId: toId(userId), at: toMillis(at), except: toId(except) }
      return writing(connection, outbox, async (statements) => {
        const ended = await statements.all<{ id: string }>(sessionStatements.revokeAll, values)
        return noteEnded(statements, ended, outbox)
      })
    },
    async list(userId, now, { limit, before }) {
      const range = { userId: toId(userId), now: toMillis(now), before: beforeOrEnd(before), limit }
      return (await all<SessionRow>(sessionStatements.list, range)).map(sessionFrom)
    },
    purgeEnded(before, limit) {
      return run(sessionStatements.purgeEnded, { before: toMillis(before), limit })
    },
  }
}

/** Stores the rows that go with the end of sessions, and returns their ids. */
async function noteEnded(
  statements: Statements,
  ended: readonly { id: string }[],
  outbox: OutboxRows<SessionChange> | undefined,
): Promise<string[]> {
  const ids = ended.map(({ id }) => id)
  const rows = ids.flatMap((id) => outbox?.({ id, opened: false }) ?? [])
  await addToOutbox(statements, rows)
  return ids
}

function valuesOf({ id, userId, deviceName, ...session }: SessionRecord) {
  const { epoch, generation, address, userAgent, methods } = session
  return {
    id: toId(id),
    userId: toId(userId),
    epoch,
    generation,
    createdAt: toMillis(session.createdAt),
    rotatedAt: toMillis(session.rotatedAt),
    expiresAt: toMillis(session.expiresAt),
    revokedAt: toMillis(session.revokedAt),
    deviceName,
    address,
    userAgent,
    provedAt: toMillis(session.provedAt),
    methods,
    actorId: toId(session.actorId),
    actorSessionId: toId(session.actorSessionId),
    boundKey: session.boundKey,
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
    provedAt: fromMillis(row.proved_at),
    methods: JSON.parse(row.methods) as string[],
    actorId: row.actor_id,
    actorSessionId: row.actor_session_id,
    boundKey: row.bound_key,
  }
}
