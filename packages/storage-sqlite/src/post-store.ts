import { KithError } from '@kith/core'
import {
  type CreatePostResult,
  fromFieldsText,
  mergeFields,
  type PostMedia,
  type PostRecord,
  type PostStore,
  toFieldsText,
} from '@kith/core/ports'
import type { Connection } from './database.ts'
import { fromHex, listOf, type StoredId, toStored, toStoredList } from './ids.ts'
import { beforeOrEnd } from './keyset.ts'
import { userLives } from './living.ts'
import { mediaStatements } from './media-store.ts'
import { fromMillis, fromMillisOrNull, toMillis } from './millis.ts'
import { addToOutbox, writing } from './outbox-store.ts'
import { createPostCountTable } from './post-counts.ts'

/** A post as its row has it. */
export interface PostRow {
  id: string
  author_id: string
  caption: string
  created_at: number
  edited_at: number | null
  fields: string | null
}

/** The columns of {@link PostRow}, with the table's name if there are others. */
export const postColumnsOf = (table: '' | 'post.'): string =>
  `hex(${table}id) AS id, hex(${table}author_id) AS author_id, caption, created_at, edited_at, fields`
const postColumns = postColumnsOf('')

type PostStatement =
  | 'insert'
  | 'idInUse'
  | 'byIds'
  | 'edit'
  | 'fields'
  | 'remove'
  | 'ofAuthor'
  | 'byAuthor'
  | 'toPurge'
  | 'purge'

/** The statements about posts. A removed post keeps only its id and its author until it is purged. */
export const postStatements: Readonly<Record<PostStatement, string>> = Object.freeze({
  insert: `INSERT INTO kith_posts (id, author_id, caption, created_at, edited_at, fields)
    VALUES (@id, @authorId, @caption, @createdAt, @editedAt, @fields)`,
  idInUse: 'SELECT 1 FROM kith_posts WHERE id = @id',
  byIds: `SELECT ${postColumns} FROM kith_posts WHERE id IN ${listOf('ids')} AND removed = 0`,
  edit: `UPDATE kith_posts SET caption = coalesce(@caption, caption), edited_at = @editedAt,
      fields = CASE @setsFields WHEN 1 THEN @fields ELSE fields END
    WHERE id = @id AND removed = 0 RETURNING ${postColumns}`,
  fields: 'SELECT fields FROM kith_posts WHERE id = @id AND removed = 0',
  remove: `UPDATE kith_posts SET removed = 1, caption = '', edited_at = NULL, fields = NULL WHERE id = @id AND removed = 0
    RETURNING hex(author_id) AS author_id`,
  ofAuthor: 'SELECT hex(id) AS id FROM kith_posts WHERE author_id = @authorId AND removed = 0 LIMIT @limit',
  byAuthor: `SELECT ${postColumns} FROM kith_posts WHERE author_id = @authorId AND removed = 0 AND id < @before
    ORDER BY kith_posts.id DESC LIMIT @limit`,
  toPurge: 'SELECT hex(id) AS id FROM kith_posts WHERE removed = 1 ORDER BY kith_posts.id LIMIT @limit',
  purge: 'DELETE FROM kith_posts WHERE id = @id AND removed = 1',
})

const idInUse = 'The id of the post is in use: every id must be new.'

/** Creates the post store on a connection. */
export function createPostStore(connection: Connection): PostStore {
  const { run, get, all, read, write, atomically } = connection
  const counts = createPostCountTable(connection)

  function unavailable(ownerId: StoredId, media: readonly PostMedia[]): string[] {
    if (media.length === 0) return []
    const ids = media.map(({ id }) => id)
    const values = { ownerId, ids: toStoredList(ids) }
    const free = all<{ id: string }>(mediaStatements.free, values).map((item) => fromHex(item.id))
    return ids.filter((id) => !free.includes(id))
  }

  /** Removes a post without counting it. Resolves to its author; `null` if it was not live. */
  function take(postId: string): string | null {
    const id = toStored(postId)
    const [post] = all<{ author_id: string }>(postStatements.remove, { id })
    if (!post) return null
    all(mediaStatements.releaseUsed, { use: 'post', subject: id, except: null })
    return fromHex(post.author_id)
  }

  return {
    create({ id, authorId, caption, createdAt, editedAt, fields }, media, outbox) {
      return atomically((): CreatePostResult => {
        const post = { id: toStored(id), authorId: toStored(authorId) }
        const lives = get<{ lives: number }>(userLives, { userId: post.authorId })?.lives === 1
        const missing = unavailable(post.authorId, media)
        if (!lives || missing.length > 0) {
          if (get(postStatements.idInUse, { id: post.id }))
            throw new KithError('storage-failed', { detail: idInUse })
          return lives ? { outcome: 'media-unavailable', ids: missing } : { outcome: 'gone' }
        }
        const dates = { createdAt: toMillis(createdAt), editedAt: toMillis(editedAt) }
        run(postStatements.insert, { ...post, caption, ...dates, fields: toFieldsText(fields) })
        for (const [position, item] of media.entries()) {
          const place = { ownerId: post.authorId, use: 'post', subject: post.id, position }
          run(mediaStatements.attach, { id: toStored(item.id), alt: item.alt, ...place })
        }
        counts.add(post)
        if (outbox) addToOutbox(connection, outbox())
        return { outcome: 'created' }
      })
    },
    byIds(ids) {
      return read(() => all<PostRow>(postStatements.byIds, { ids: toStoredList(ids) }).map(postFrom))
    },
    async edit(id, { caption = null, fields: changes, editedAt }, outbox) {
      const values = { id: toStored(id), caption, editedAt: toMillis(editedAt) }
      function change(fields: string | null, setsFields: 0 | 1): PostRow[] {
        const edited = all<PostRow>(postStatements.edit, { ...values, fields, setsFields })
        if (outbox && edited.length > 0) addToOutbox(connection, outbox())
        return edited
      }
      const [row] = changes
        ? await atomically(() => {
            const found = get<Pick<PostRow, 'fields'>>(postStatements.fields, { id: values.id })
            return found ? change(toFieldsText(mergeFields(fromFieldsText(found.fields), changes)), 1) : []
          })
        : await writing(connection, outbox, () => change(null, 0))
      return row ? postFrom(row) : null
    },
    remove(id, outbox) {
      return atomically(() => {
        const author = take(id)
        if (author !== null && outbox) addToOutbox(connection, outbox())
        if (author !== null) counts.remove(author, 1)
        return author !== null
      })
    },
    removeAll(authorId, limit) {
      return atomically(() => {
        const values = { authorId: toStored(authorId), limit }
        const ids = all<{ id: string }>(postStatements.ofAuthor, values).map(({ id }) => fromHex(id))
        for (const id of ids) take(id)
        if (ids.length > 0) counts.remove(authorId, ids.length)
        return ids
      })
    },
    byAuthor(authorId, { limit, before }) {
      const range = { authorId: toStored(authorId), before: beforeOrEnd(before), limit }
      return read(() => all<PostRow>(postStatements.byAuthor, range).map(postFrom))
    },
    counts: (authorIds) => read(() => counts.read(authorIds)),
    toPurge(limit) {
      return read(() => all<{ id: string }>(postStatements.toPurge, { limit }).map(({ id }) => fromHex(id)))
    },
    async purge(id) {
      await write(() => run(postStatements.purge, { id: toStored(id) }))
    },
    recount: async (after, limit) => counts.recount(after, limit),
  }
}

/** A post from its row. */
export function postFrom(row: PostRow): PostRecord {
  return {
    id: fromHex(row.id),
    authorId: fromHex(row.author_id),
    caption: row.caption,
    createdAt: fromMillis(row.created_at),
    editedAt: fromMillisOrNull(row.edited_at),
    fields: fromFieldsText(row.fields),
  }
}
