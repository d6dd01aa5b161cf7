import type { AttachResult, MediaMeasures, MediaRecord, MediaStore, MediaUse } from '@kith/core/ports'
import type { Connection } from './database.ts'
import { fromHex, listOf, type StoredId, toStored, toStoredList, toStoredOrNull } from './ids.ts'
import { afterOrStart, beforeOrEnd } from './keyset.ts'
import { userLives } from './living.ts'
import { fromMillis, toMillis } from './millis.ts'
import { addToOutbox, writing } from './outbox-store.ts'

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

const columns = `hex(id) AS id, hex(owner_id) AS owner_id, kind, content_type, created_at, state, measures, use,
  hex(subject) AS subject, position, alt`
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
  | 'attachToOwner'
  | 'releaseUsed'
  | 'releaseOwned'
  | 'releaseUnused'
  | 'released'
  | 'forget'

/** Every statement about media, including those that the post store needs. */
export const mediaStatements: Readonly<Record<MediaStatement, string>> = Object.freeze({
  reserve: `INSERT INTO kith_media (id, owner_id, kind, content_type, created_at, state, measures, use, subject,
    position, alt) VALUES (@id, @ownerId, @kind, @contentType, @createdAt, @state,
    @measures, @use, @subject, @position, @alt)`,
  ready: `UPDATE kith_media SET state = 'ready', measures = @measures WHERE id = @id AND state = 'reserved'`,
  claim: `UPDATE kith_media SET claimed_by = @by, claimed_until = @until WHERE id = @id AND state = 'reserved'
    AND (claimed_by IS NULL OR claimed_by = @by OR claimed_until <= @now)`,
  unclaim: `UPDATE kith_media SET claimed_by = NULL, claimed_until = NULL WHERE id = @id AND claimed_by = @by`,
  byIds: `SELECT ${columns} FROM kith_media WHERE id IN ${listOf('ids')}`,
  byOwner: `SELECT ${columns} FROM kith_media
    WHERE owner_id = @ownerId AND state <> 'released' AND id < @before
    ORDER BY kith_media.id DESC LIMIT @limit`,
  list: `SELECT ${columns} FROM kith_media WHERE id > @after ORDER BY kith_media.id LIMIT @limit`,
  bySubjects: `SELECT ${columns} FROM kith_media
    WHERE use = @use AND subject IN ${listOf('subjects')}`,
  free: `SELECT hex(id) AS id FROM kith_media WHERE id IN ${listOf('ids')} AND owner_id = @ownerId
    AND state = 'ready' AND use IS NULL`,
  attach: `UPDATE kith_media SET use = @use, subject = @subject, position = @position, alt = @alt
    WHERE id = @id AND owner_id = @ownerId AND state = 'ready' AND use IS NULL`,
  attachToOwner: `UPDATE kith_media SET use = @use, subject = @ownerId, position = 0, alt = ''
    WHERE id = @id AND owner_id = @ownerId AND kind = 'image' AND state = 'ready' AND use IS NULL`,
  releaseUsed: `${release} WHERE use = @use AND subject = @subject AND id IS NOT @except
    RETURNING hex(id) AS id`,
  releaseOwned: `${release} WHERE id IN
    (SELECT id FROM kith_media WHERE owner_id = @ownerId AND state <> 'released' LIMIT @limit)`,
  releaseUnused: `${release} WHERE id IN (SELECT id FROM kith_media
    WHERE use IS NULL AND state <> 'released' AND created_at < @before ORDER BY created_at LIMIT @limit)`,
  released: `SELECT hex(id) AS id FROM kith_media WHERE state = 'released' AND id > @after
    AND (measures IS NOT NULL OR created_at < @before) ORDER BY kith_media.id LIMIT @limit`,
  forget: `DELETE FROM kith_media WHERE id = @id AND state = 'released'`,
})

/** Creates the media store on a connection. */
export function createMediaStore(connection: Connection): MediaStore {
  const { run, get, all, read, write, atomically } = connection

  function releaseUsed(use: MediaUse, subject: StoredId, except: StoredId | null): string[] {
    const rows = all<{ id: string }>(mediaStatements.releaseUsed, { use, subject, except })
    return rows.map(({ id }) => fromHex(id))
  }

  return {
    async reserve({ id, ownerId, kind, contentType, createdAt, state, measures, attachment }) {
      const row = {
        id: toStored(id),
        ownerId: toStored(ownerId),
        kind,
        contentType,
        createdAt: toMillis(createdAt),
        state,
        measures: measures && JSON.stringify(measures),
        use: attachment?.use ?? null,
        subject: toStoredOrNull(attachment?.subject ?? null),
        position: attachment?.position ?? null,
        alt: attachment?.alt ?? null,
      }
      await write(() => run(mediaStatements.reserve, row))
    },
    ready(id, measures) {
      return write(
        () => run(mediaStatements.ready, { id: toStored(id), measures: JSON.stringify(measures) }) === 1,
      )
    },
    claim({ id, by, now, until }) {
      const values = { id: toStored(id), by, now: toMillis(now), until: toMillis(until) }
      return write(() => run(mediaStatements.claim, values) === 1)
    },
    async unclaim({ id, by }) {
      await write(() => run(mediaStatements.unclaim, { id: toStored(id), by }))
    },
    byIds(ids) {
      return read(() => all<MediaRow>(mediaStatements.byIds, { ids: toStoredList(ids) }).map(mediaFrom))
    },
    byOwner(ownerId, { limit, before }) {
      const range = { ownerId: toStored(ownerId), before: beforeOrEnd(before), limit }
      return read(() => all<MediaRow>(mediaStatements.byOwner, range).map(mediaFrom))
    },
    list(after, limit) {
      const range = { after: afterOrStart(after), limit }
      return read(() => all<MediaRow>(mediaStatements.list, range).map(mediaFrom))
    },
    bySubjects(use, subjects) {
      const values = { use, subjects: toStoredList(subjects) }
      return read(() => all<MediaRow>(mediaStatements.bySubjects, values).map(mediaFrom))
    },
    attach(mediaId, owner, ...[use, outbox]) {
      const [id, ownerId] = [toStored(mediaId), toStored(owner)]
      return atomically((): AttachResult => {
        if (!get<{ lives: number }>(userLives, { userId: ownerId })?.lives) return { outcome: 'gone' }
        if (run(mediaStatements.attachToOwner, { id, ownerId, use }) === 0) return { outcome: 'unavailable' }
        if (outbox) addToOutbox(connection, outbox())
        return { outcome: 'attached', released: releaseUsed(use, ownerId, id) }
      })
    },
    detach: (use, ownerId, outbox) =>
      writing(connection, outbox, () => {
        const released = releaseUsed(use, toStored(ownerId), null)
        if (outbox && released.length > 0) addToOutbox(connection, outbox())
        return released
      }),
    releaseAll(ownerId, limit) {
      return write(() => run(mediaStatements.releaseOwned, { ownerId: toStored(ownerId), limit }))
    },
    sweep(before, limit, after = null) {
      const values = { before: toMillis(before), limit }
      return atomically(() => {
        run(mediaStatements.releaseUnused, values)
        const range = { ...values, after: afterOrStart(after) }
        const found = all<{ id: string }>(mediaStatements.released, range)
        return found.map(({ id }) => fromHex(id))
      })
    },
    async forget(id) {
      await write(() => run(mediaStatements.forget, { id: toStored(id) }))
    },
  }
}

function mediaFrom(row: MediaRow): MediaRecord {
  const { use, subject, position, alt } = row
  return {
    id: fromHex(row.id),
    ownerId: fromHex(row.owner_id),
    kind: row.kind,
    contentType: row.content_type,
    createdAt: fromMillis(row.created_at),
    state: row.state,
    measures: row.measures === null ? null : (JSON.parse(row.measures) as MediaMeasures),
    attachment: use && { use, subject: fromHex(subject ?? ''), position: position ?? 0, alt: alt ?? '' },
  }
}
