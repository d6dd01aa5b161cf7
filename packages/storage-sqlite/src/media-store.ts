import type { MediaMeasures, MediaRecord, MediaStore } from '@kith/core/ports'
import type { Connection } from './database.ts'
import { afterEveryId, beforeEveryId } from './keyset.ts'
import { fromMillis, toMillis } from './millis.ts'

interface MediaRow {
  id: string
  owner_id: string
  kind: MediaRecord['kind']
  content_type: MediaRecord['contentType']
  created_at: number
  state: MediaRecord['state']
  measures: string | null
  use: 'post' | 'avatar' | 'cover' | null
  subject: string | null
  position: number | null
  alt: string | null
}

const columns = 'id, owner_id, kind, content_type, created_at, state, measures, use, subject, position, alt'
const release = `UPDATE kith_media SET state = 'released', use = NULL, subject = NULL, position = NULL, alt = NULL`

type MediaStatement =
  | 'reserve'
  | 'ready'
  | 'claim'
  | 'unclaim'
  | 'byIds'
  | 'byOwner'
  | 'list'
  | 'bySubjects'
  | 'free'
  | 'attach'
  | 'releaseUsed'
  | 'releaseOwned'
  | 'releaseUnused'
  | 'released'
  | 'forget'

/** Every statement about media, those that the post store needs among them. */
export const mediaStatements: Readonly<Record<MediaStatement, string>> = Object.freeze({
  reserve: `INSERT INTO kith_media (${columns}) VALUES (@id, @ownerId, @kind, @contentType, @createdAt, @state,
    @measures, @use, @subject, @position, @alt)`,
  ready: `UPDATE kith_media SET state = 'ready', measures = @measures WHERE id = @id AND state = 'reserved'`,
  claim: `UPDATE kith_media SET claimed_by = @by, claimed_until = @until WHERE id = @id AND state = 'reserved'
    AND (claimed_by IS NULL OR claimed_by = @by OR claimed_until <= @now)`,
  unclaim: `UPDATE kith_media SET claimed_by = NULL, claimed_until = NULL WHERE id = @id AND claimed_by = @by`,
  byIds: `SELECT ${columns} FROM kith_media WHERE id IN (SELECT value FROM json_each(@ids))`,
  byOwner: `SELECT ${columns} FROM kith_media
    WHERE owner_id = @ownerId AND state <> 'released' AND id < @before ORDER BY id DESC LIMIT @limit`,
  list: `SELECT ${columns} FROM kith_media WHERE id > @after ORDER BY id LIMIT @limit`,
  bySubjects: `SELECT ${columns} FROM kith_media
    WHERE use = @use AND subject IN (SELECT value FROM json_each(@subjects))`,
  free: `SELECT id FROM kith_media WHERE id IN (SELECT value FROM json_each(@ids)) AND owner_id = @ownerId
    AND state = 'ready' AND use IS NULL`,
  attach: `UPDATE kith_media SET use = @use, subject = @subject, position = @position, alt = @alt
    WHERE id = @id AND owner_id = @ownerId AND state = 'ready' AND use IS NULL`,
  releaseUsed: `${release} WHERE use = @use AND subject = @subject AND id IS NOT @except`,
  releaseOwned: `${release} WHERE id IN
    (SELECT id FROM kith_media WHERE owner_id = @ownerId AND state <> 'released' LIMIT @limit)`,
  releaseUnused: `${release} WHERE id IN (SELECT id FROM kith_media
    WHERE use IS NULL AND state <> 'released' AND created_at < @before ORDER BY created_at LIMIT @limit)`,
  released: `SELECT id FROM kith_media WHERE state = 'released' AND id > @after
    AND (measures IS NOT NULL OR created_at < @before) ORDER BY id LIMIT @limit`,
  forget: `DELETE FROM kith_media WHERE id = @id AND state = 'released'`,
})

/** Creates the media store on a connection. */
export function createMediaStore({ run, all, read, write, atomically }: Connection): MediaStore {
  return {
    async reserve({ id, ownerId, kind, contentType, createdAt, state, measures, attachment }) {
      const row = {
        id,
        ownerId,
        kind,
        contentType,
        createdAt: toMillis(createdAt),
        state,
        measures: measures && JSON.stringify(measures),
        use: attachment?.use ?? null,
        subject: attachment?.subject ?? null,
        position: attachment?.position ?? null,
        alt: attachment?.alt ?? null,
      }
      await write(() => run(mediaStatements.reserve, row))
    },
    ready(id, measures) {
      return write(() => run(mediaStatements.ready, { id, measures: JSON.stringify(measures) }) === 1)
    },
    claim({ id, by, now, until }) {
      const values = { id, by, now: toMillis(now), until: toMillis(until) }
      return write(() => run(mediaStatements.claim, values) === 1)
    },
    async unclaim({ id, by }) {
      await write(() => run(mediaStatements.unclaim, { id, by }))
    },
    byIds(ids) {
      return read(() => all<MediaRow>(mediaStatements.byIds, { ids: JSON.stringify(ids) }).map(mediaFrom))
    },
    byOwner(ownerId, { limit, before }) {
      const range = { ownerId, before: before ?? afterEveryId, limit }
      return read(() => all<MediaRow>(mediaStatements.byOwner, range).map(mediaFrom))
    },
    list(after, limit) {
      const range = { after: after ?? beforeEveryId, limit }
      return read(() => all<MediaRow>(mediaStatements.list, range).map(mediaFrom))
    },
    bySubjects(use, subjects) {
      const values = { use, subjects: JSON.stringify(subjects) }
      return read(() => all<MediaRow>(mediaStatements.bySubjects, values).map(mediaFrom))
    },
    attach(id, ownerId, use) {
      const place = { use, subject: ownerId }
      return atomically(() => {
        const attached = run(mediaStatements.attach, { id, ownerId, ...place, position: 0, alt: '' }) === 1
        if (attached) run(mediaStatements.releaseUsed, { ...place, except: id })
        return attached
      })
    },
    async detach(use, ownerId) {
      await write(() => run(mediaStatements.releaseUsed, { use, subject: ownerId, except: null }))
    },
    releaseAll(ownerId, limit) {
      return write(() => run(mediaStatements.releaseOwned, { ownerId, limit }))
    },
    sweep(before, limit, after = null) {
      const values = { before: toMillis(before), limit }
      return atomically(() => {
        run(mediaStatements.releaseUnused, values)
        const found = all<{ id: string }>(mediaStatements.released, { ...values, after: after ?? '' })
        return found.map(({ id }) => id)
      })
    },
    async forget(id) {
      await write(() => run(mediaStatements.forget, { id }))
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
