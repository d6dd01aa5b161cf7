import { KithError } from '@kith/core'
import type { CreatePostResult, PostRecord, PostStore } from '@kith/core/ports'
import type { Connection } from './database.ts'
import { afterEveryId } from './keyset.ts'
import { mediaStatements } from './media-store.ts'
import { fromMillis, fromMillisOrNull, toMillis } from './millis.ts'
import { createPostCountTable } from './post-counts.ts'
import { removalFrom, type RemovalRow } from './removal-row.ts'

/** A post as its row has it. */
export interface PostRow {
  id: string
  author_id: string
  caption: string
  created_at: number
  edited_at: number | null
}

/** The columns of {@link PostRow}. */
export const postColumns = 'id, author_id, caption, created_at, edited_at'

type PostStatement =
  | 'insert'
  | 'idInUse'
  | 'byIds'
  | 'edit'
  | 'remove'
  | 'ofAuthor'
  | 'byAuthor'
  | 'toPurge'
  | 'purgeAgain'
  | 'purge'

/** The statements about posts. A removed post keeps nothing but its id and its author until it is purged. */
export const postStatements: Readonly<Record<PostStatement, string>> = Object.freeze({
  insert: `INSERT INTO kith_posts (${postColumns}) VALUES (@id, @authorId, @caption, @createdAt, @editedAt)`,
  idInUse: 'SELECT id FROM kith_posts WHERE id = @id',
  byIds: `SELECT ${postColumns} FROM kith_posts WHERE id IN (SELECT value FROM json_each(@ids)) AND removed = 0`,
  edit: `UPDATE kith_posts SET caption = @caption, edited_at = @editedAt WHERE id = @id AND removed = 0
    RETURNING ${postColumns}`,
  remove: `UPDATE kith_posts SET removed = 1, caption = '', edited_at = NULL WHERE id = @id AND removed = 0
    RETURNING author_id`,
  ofAuthor: 'SELECT id FROM kith_posts WHERE author_id = @authorId AND removed = 0 LIMIT @limit',
  byAuthor: `SELECT ${postColumns} FROM kith_posts WHERE author_id = @authorId AND removed = 0 AND id < @before
    ORDER BY id DESC LIMIT @limit`,
  toPurge: `SELECT id, again_at FROM kith_posts WHERE removed = 1 AND again_at <= @now
    ORDER BY again_at, id LIMIT @limit`,
  purgeAgain: 'UPDATE kith_posts SET again_at = @again WHERE id = @id AND removed = 1',
  purge: 'DELETE FROM kith_posts WHERE id = @id AND removed = 1',
})

const idInUse = 'The id of the post is in use: every id must be new.'

/** Creates the post store on a connection. */
export function createPostStore(connection: Connection): PostStore {
  const { run, get, all, read, write, atomically } = connection
  const counts = createPostCountTable(connection)

  function unavailable(ownerId: string, ids: readonly string[]): string[] {
    const free = all<{ id: string }>(mediaStatements.free, { ownerId, ids: JSON.stringify(ids) })
    return ids.filter((id) => !free.some((item) => item.id === id))
  }

  /** Removes a post without counting it. Resolves to its author; `null` if it was not live. */
  function take(id: string): string | null {
    const [post] = all<{ author_id: string }>(postStatements.remove, { id })
    if (!post) return null
    run(mediaStatements.releaseUsed, { use: 'post', subject: id, except: null })
    return post.author_id
  }

  return {
    create({ id, authorId, caption, createdAt, editedAt }, media) {
      return atomically((): CreatePostResult => {
        const missing = unavailable(
          authorId,
          media.map((item) => item.id),
        )
        if (missing.length > 0) {
          if (get(postStatements.idInUse, { id })) throw new KithError('storage-failed', { detail: idInUse })
          return { outcome: 'media-unavailable', ids: missing }
        }
        const dates = { createdAt: toMillis(createdAt), editedAt: toMillis(editedAt) }
        run(postStatements.insert, { id, authorId, caption, ...dates })
        for (const [position, item] of media.entries()) {
          run(mediaStatements.attach, { ...item, ownerId: authorId, use: 'post', subject: id, position })
        }
        counts.change(authorId, 1)
        return { outcome: 'created' }
      })
    },
    byIds(ids) {
      return read(() => all<PostRow>(postStatements.byIds, { ids: JSON.stringify(ids) }).map(postFrom))
    },
    async edit(id, caption, editedAt) {
      const values = { id, caption, editedAt: toMillis(editedAt) }
      const [row] = await write(() => all<PostRow>(postStatements.edit, values))
      return row ? postFrom(row) : null
    },
    remove(id) {
      return atomically(() => {
        const author = take(id)
        if (author !== null) counts.change(author, -1)
        return author !== null
      })
    },
    removeAll(authorId, limit) {
      return atomically(() => {
        const some = all<{ id: string }>(postStatements.ofAuthor, { authorId, limit })
        const ids = some.map(({ id }) => id)
        for (const id of ids) take(id)
        if (ids.length > 0) counts.change(authorId, -ids.length)
        return ids
      })
    },
    byAuthor(authorId, { limit, before }) {
      const range = { authorId, before: before ?? afterEveryId, limit }
      return read(() => all<PostRow>(postStatements.byAuthor, range).map(postFrom))
    },
    counts: (authorIds) => read(() => counts.read(authorIds)),
    toPurge(now, limit) {
      return read(() =>
        all<RemovalRow>(postStatements.toPurge, { now: toMillis(now), limit }).map(removalFrom),
      )
    },
    async purge(id, again) {
      await write(() =>
        again
          ? run(postStatements.purgeAgain, { id, again: toMillis(again) })
          : run(postStatements.purge, { id }),
      )
    },
    recount: async (after, limit) => counts.recount(after, limit),
  }
}

/** A post from its row. */
export function postFrom(row: PostRow): PostRecord {
  return {
    id: row.id,
    authorId: row.author_id,
    caption: row.caption,
    createdAt: fromMillis(row.created_at),
    editedAt: fromMillisOrNull(row.edited_at),
  }
}
