import type { AttachResult, MediaMeasures, MediaRecord, MediaStore, MediaUse } from '@kith/core/ports'
import type { Connection, Statements } from './connection.ts'
import { afterOrStart, beforeOrEnd, toId, toIds } from './ids.ts'
import { lives } from './living.ts'
import { fromMillis, moment, toMillis } from './moments.ts'
import { addToOutbox } from './outbox-store.ts'

interface MediaRow {
  id: string
  owner_id: string
  kind: MediaRecord['kind']
  content_type: MediaRecord['contentType']
  created_at: number
  state: MediaRecord['state']
  measures: string | null
  use: MediaUse | null
  subject: string | null
  position: number | null
  alt: string | null
}

const columns = 'id, owner_id, kind, content_type, created_at, state, measures, use, subject, position, alt'
const free = "owner_id = @ownerId AND kind = 'image' AND state = 'ready' AND use IS NULL"

/** Releases media, as the beginning of a statement. */
export const releasing =
  "UPDATE kith.media AS media SET state = 'released', use = NULL, subject = NULL, position = NULL, alt = NULL"

type MediaStatement =
  | 'reserve'
  | 'ready'
  | 'claim'
  | 'unclaim'
  | 'byIds'
  | 'byOwner'
  | 'list'
  | 'bySubjects'
  | 'hold'
  | 'holdLiving'
  | 'isFree'
  | 'attach'
  | 'release'
  | 'releaseOwned'
  | 'releaseUnused'
  | 'released'
  | 'forget'

/** Every statement of the store. Attachments of an account other than its posts change under the lock of its row. */
export const mediaStatements: Readonly<Record<MediaStatement, string>> = Object.freeze({
  reserve: `INSERT INTO kith.media (id, owner_id, kind, content_type, created_at, state, measures, use, subject,
    position, alt) VALUES (@id, @ownerId, @kind, @contentType, ${moment('createdAt')}, @state,
    @measures, @use, @subject, @position, @alt)`,
  ready: "UPDATE kith.media SET state = 'ready', measures = @measures WHERE id = @id AND state = 'reserved'",
  claim: `UPDATE kith.media SET claimed_by = @by, claimed_until = ${moment('until')} WHERE id = @id AND state = 'reserved'
    AND (claimed_by IS NULL OR claimed_by = @by OR claimed_until <= ${moment('now')})`,
  unclaim:
    'UPDATE kith.media SET claimed_by = NULL, claimed_until = NULL WHERE id = @id AND claimed_by = @by',
  byIds: `SELECT ${columns} FROM kith.media WHERE id = ANY (@ids::uuid[])`,
  byOwner: `SELECT ${columns} FROM kith.media WHERE owner_id = @ownerId AND state <> 'released' AND id < @before
    ORDER BY id DESC LIMIT @limit`,
  list: `SELECT ${columns} FROM kith.media WHERE id > @after ORDER BY id LIMIT @limit`,
  bySubjects: `SELECT ${columns} FROM kith.media WHERE subject = ANY (@subjects::uuid[]) AND use = @use`,
  hold: 'SELECT 1 AS held FROM kith.users WHERE id = @ownerId FOR NO KEY UPDATE',
  holdLiving: `SELECT 1 AS held FROM kith.users AS owner WHERE id = @ownerId AND ${lives('owner')} FOR NO KEY UPDATE`,
  isFree: `SELECT 1 AS free FROM kith.media WHERE id = @id AND ${free} FOR UPDATE`,
  release: `${releasing} WHERE subject = @ownerId AND use = @use RETURNING id`,
  attach: `UPDATE kith.media SET use = @use, subject = @ownerId, position = 0, alt = ''
    WHERE id = @id AND ${free}`,
  // A row that was changed between being found and being locked is checked again as it is then.
  releaseOwned: `WITH found AS MATERIALIZED (
      SELECT id FROM kith.media WHERE owner_id = @ownerId AND state <> 'released' ORDER BY id LIMIT @limit::int FOR UPDATE
    ), gone AS (
      ${releasing} FROM found WHERE media.id = found.id RETURNING media.id
    )
    SELECT (SELECT count(*) FROM gone) AS gone,
      EXISTS (SELECT 1 FROM kith.media WHERE owner_id = @ownerId AND state <> 'released') AS found`,
  releaseUnused: `WITH found AS MATERIALIZED (
      SELECT id FROM kith.media WHERE use IS NULL AND state <> 'released' AND created_at < ${moment('before')}
        ORDER BY created_at, id LIMIT @limit::int FOR UPDATE SKIP LOCKED
    )
    ${releasing} FROM found WHERE media.id = found.id`,
  released: `SELECT id FROM kith.media WHERE state = 'released' AND id > @after
    AND (measures IS NOT NULL OR created_at < ${moment('before')}) ORDER BY id LIMIT @limit`,
  forget: "DELETE FROM kith.media WHERE id = @id AND state = 'released'",
})

/** Creates the media store on a connection. */
export function createMediaStore(connection: Connection): MediaStore {
  const { run, get, all, shown, atomically } = connection

  async function release(statements: Statements, ownerId: string | null, use: MediaUse): Promise<string[]> {
    return (await statements.all<{ id: string }>(mediaStatements.release, { ownerId, use })).map(
      ({ id }) => id,
    )
  }

  return {
    async reserve({ id, ownerId, kind, contentType, createdAt, state, measures, attachment }) {
      await run(mediaStatements.reserve, {
        id: toId(id),
        ownerId: toId(ownerId),
        kind,
        contentType,
        createdAt: toMillis(createdAt),
        state,
        measures: measures && JSON.stringify(measures),
        use: attachment?.use ?? null,
        subject: toId(attachment?.subject ?? null),
        position: attachment?.position ?? null,
        alt: attachment?.alt ?? null,
      })
    },
    async ready(id, measures) {
      const values = { id: toId(id), measures: JSON.stringify(measures) }
      return (await run(mediaStatements.ready, values)) === 1
    },
    async claim({ id, by, now, until }) {
      const values = { id: toId(id), by, now: toMillis(now), until: toMillis(until) }
      return (await run(mediaStatements.claim, values)) === 1
    },
    async unclaim({ id, by }) {
      await run(mediaStatements.unclaim, { id: toId(id), by })
    },
    // On the primary: it decides whether a file may be served, and whether it is deleted.
    async byIds(ids) {
      return (await all<MediaRow>(mediaStatements.byIds, { ids: toIds(ids) })).map(mediaFrom)
    },
    async byOwner(ownerId, { limit, before }) {
      const range = { ownerId: toId(ownerId), before: beforeOrEnd(before), limit }
      return (await shown.all<MediaRow>(mediaStatements.byOwner, range)).map(mediaFrom)
    },
    async list(after, limit) {
      return (await all<MediaRow>(mediaStatements.list, { after: afterOrStart(after), limit })).map(mediaFrom)
    },
    async bySubjects(use, subjects) {
      const values = { use, subjects: toIds(subjects) }
      return (await shown.all<MediaRow>(mediaStatements.bySubjects, values)).map(mediaFrom)
    },
    attach(mediaId, owner, ...[use, outbox]) {
      const [id, ownerId] = [toId(mediaId), toId(owner)]
      return atomically(async (statements): Promise<AttachResult> => {
        if (!(await statements.get(mediaStatements.holdLiving, { ownerId }))) return { outcome: 'gone' }
        if (!(await statements.get(mediaStatements.isFree, { id, ownerId })))
          return { outcome: 'unavailable' }
        const released = await release(statements, ownerId, use)
        await statements.run(mediaStatements.attach, { id, ownerId, use })
        if (outbox) await addToOutbox(statements, outbox())
        return { outcome: 'attached', released }
      })
    },
    detach(use, owner, outbox) {
      const ownerId = toId(owner)
      return atomically(async (statements) => {
        await statements.get(mediaStatements.hold, { ownerId })
        const released = await release(statements, ownerId, use)
        if (outbox && released.length > 0) await addToOutbox(statements, outbox())
        return released
      })
    },
    async releaseAll(ownerId, limit) {
      for (;;) {
        const values = { ownerId: toId(ownerId), limit }
        const step = await get<{ gone: number; found: boolean }>(mediaStatements.releaseOwned, values)
        // If others have released what was found, it searches again.
        if (!step?.found || step.gone > 0) return step?.gone ?? 0
      }
    },
    async sweep(before, limit, after = null) {
      const values = { before: toMillis(before), limit }
      await run(mediaStatements.releaseUnused, values)
      const range = { ...values, after: afterOrStart(after) }
      return (await all<{ id: string }>(mediaStatements.released, range)).map(({ id }) => id)
    },
    async forget(id) {
      await run(mediaStatements.forget, { id: toId(id) })
    },
  }
}

function mediaFrom(row: MediaRow): MediaRecord {
  const { use, subject, position, alt } = row
  return {
    id: row.id,
    ownerId: row.owner_id,
    kind: row.kind,
    contentType: row.content_type,
    createdAt: fromMillis(row.created_at),
    state: row.state,
    measures: row.measures === null ? null : (JSON.parse(row.measures) as MediaMeasures),
    attachment: use && { use, subject: subject ?? '', position: position ?? 0, alt: alt ?? '' },
  }
}
