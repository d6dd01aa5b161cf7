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
import type { Connection, Statements } from './connection.ts'
import { beforeOrEnd, toId, toIds } from './ids.ts'
import { lives } from './living.ts'
import { releasing } from './media-store.ts'
import { fromMillis, fromMillisOrNull, moment, toMillis } from './moments.ts'
import { addToOutbox, writing } from './outbox-store.ts'
import { createPostCountTable, postCountStatements } from './post-counts.ts'

/** A post as its row has it. */
export interface PostRow {
  id: string
  author_id: string
  caption: string
  created_at: number
  edited_at: number | null
  fields: string | null
}

/** The findings of a statement that creates a post. */
interface CreatedRow {
  created: boolean
  used: boolean
  lives: boolean
  /** The uploads that can be attached, separated by commas. */
  free: string | null
}

interface RemovedRow {
  author_id: string
  posts: number
  was_newest: boolean
}

interface RemovedAllRow {
  ids: string | null
  /** Whether there was a post to remove. */
  found: boolean
}

type PostStatement =
  'create' | 'byIds' | 'edit' | 'fields' | 'remove' | 'removeAll' | 'byAuthor' | 'toPurge' | 'purge'

/** The columns of {@link PostRow}. */
export const postColumns = 'id, author_id, caption, created_at, edited_at, fields'

const take = "UPDATE kith.posts AS post SET removed = true, caption = '', edited_at = NULL, fields = NULL"

/** The statements about posts. */
export const postStatements: Readonly<Record<PostStatement, string>> = Object.freeze({
  // The author stays as it is until the post is committed, and of rivals for an upload the one that locks it first gets
  // it. The id is looked up because the unique key of a partitioned table includes the author.
  create: `WITH author AS (
      SELECT id FROM kith.users AS person WHERE id = @authorId AND ${lives('person')} FOR SHARE
    ), free AS MATERIALIZED (
      SELECT media.id FROM author JOIN kith.media AS media ON media.owner_id = author.id
        WHERE media.id = ANY (@media::uuid[]) AND state = 'ready' AND use IS NULL
        ORDER BY media.id FOR UPDATE OF media
    ), used AS MATERIALIZED (
      SELECT 1 FROM kith.posts WHERE id = @id
    ), post AS (
      INSERT INTO kith.posts (id, author_id, caption, created_at, edited_at, fields)
      SELECT @id::uuid, author.id, @caption, ${moment('createdAt')}, ${moment('editedAt')}, @fields::json
        FROM author WHERE (SELECT count(*) FROM free) = @wanted::int AND NOT EXISTS (SELECT 1 FROM used)
      ON CONFLICT DO NOTHING RETURNING id, author_id
    ), attached AS (
      UPDATE kith.media AS media SET use = 'post', subject = post.id, position = item.place - 1, alt = item.alt
        FROM post, unnest(@media::uuid[], @alts::text[]) WITH ORDINALITY AS item (id, alt, place)
        WHERE media.id = item.id
    ), counted AS (
      INSERT INTO kith.post_counts AS counts (author_id, posts, newest) SELECT author_id, 1, id FROM post
      ON CONFLICT (author_id) DO UPDATE SET posts = counts.posts + 1, newest = greatest(counts.newest, excluded.newest)
    )
    SELECT EXISTS (SELECT 1 FROM post) AS created, EXISTS (SELECT 1 FROM used) AS used,
      EXISTS (SELECT 1 FROM author) AS lives, (SELECT string_agg(id::text, ',') FROM free) AS free`,
  byIds: `SELECT ${postColumns} FROM kith.posts WHERE id = ANY (@ids::uuid[]) AND NOT removed`,
  edit: `UPDATE kith.posts SET caption = coalesce(@caption, caption), edited_at = ${moment('editedAt')},
      fields = CASE WHEN @setsFields THEN @fields::json ELSE fields END
    WHERE id = @id AND NOT removed RETURNING ${postColumns}`,
  fields: 'SELECT fields FROM kith.posts WHERE id = @id AND NOT removed FOR NO KEY UPDATE',
  remove: `WITH gone AS (
      ${take} WHERE id = @id AND NOT removed RETURNING id, author_id
    ), released AS (
      ${releasing} FROM gone WHERE use = 'post' AND subject = gone.id
    ), counted AS (
      UPDATE kith.post_counts AS counts SET posts = posts - 1 FROM gone WHERE counts.author_id = gone.author_id
      RETURNING posts, newest
    )
    SELECT author_id, coalesce(posts, 0) AS posts, coalesce(newest = id, false) AS was_newest FROM gone LEFT JOIN counted ON true`,
  removeAll: `WITH found AS MATERIALIZED (
      SELECT id FROM kith.posts WHERE author_id = @authorId AND NOT removed ORDER BY id LIMIT @limit::int FOR UPDATE
    ), gone AS (
      ${take} FROM found WHERE post.id = found.id AND post.author_id = @authorId RETURNING post.id
    ), released AS (
      ${releasing} FROM gone WHERE use = 'post' AND subject = gone.id
    ), counted AS (
      UPDATE kith.post_counts SET posts = posts - (SELECT count(*) FROM gone)
        WHERE author_id = @authorId AND EXISTS (SELECT 1 FROM gone)
    )
    SELECT string_agg(id::text, ',') AS ids,
      EXISTS (SELECT 1 FROM kith.posts WHERE author_id = @authorId AND NOT removed) AS found FROM gone`,
  byAuthor: `SELECT ${postColumns} FROM kith.posts WHERE author_id = @authorId AND NOT removed AND id < @before
    ORDER BY id DESC LIMIT @limit`,
  toPurge: 'SELECT id FROM kith.posts WHERE removed ORDER BY id LIMIT @limit',
  purge: 'DELETE FROM kith.posts WHERE id = @id AND removed',
})

const idInUse = 'The id of the post is in use: every id must be new.'

/** Creates the post store on a connection. */
export function createPostStore(connection: Connection): PostStore {
  const { run, all, shown, atomically } = connection

  /** Removes a post. Waits for calls that are adding an edge to it. Part of a transaction. */
  async function take(statements: Statements, id: string | null): Promise<boolean> {
    const post = await statements.get<RemovedRow>(postStatements.remove, { id })
    if (!post) return false
    const { author_id: authorId } = post
    if (post.posts === 0) await statements.run(postCountStatements.forget, { authorId })
    else if (post.was_newest) await statements.run(postCountStatements.settle, { authorId })
    return true
  }

  return {
    create(post, media, outbox) {
      return writing(connection, outbox, async (statements): Promise<CreatePostResult> => {
        const row = await statements.get<CreatedRow>(postStatements.create, {
          id: toId(post.id),
          authorId: toId(post.authorId),
          caption: post.caption,
          createdAt: toMillis(post.createdAt),
          editedAt: toMillis(post.editedAt),
          fields: toFieldsText(post.fields),
          ...attachmentsOf(media),
        })
        if (row?.created) {
          if (outbox) await addToOutbox(statements, outbox())
          return { outcome: 'created' }
        }
        if (row?.used) throw new KithError('storage-failed', { detail: idInUse })
        if (!row?.lives) return { outcome: 'gone' }
        const free = row.free?.split(',') ?? []
        const missing = media.map(({ id }) => id).filter((id) => !free.includes(id))
        // Another call may have used the id meanwhile.
        if (missing.length === 0) throw new KithError('storage-failed', { detail: idInUse })
        return { outcome: 'media-unavailable', ids: missing }
      })
    },
    async byIds(ids) {
      return (await shown.all<PostRow>(postStatements.byIds, { ids: toIds(ids) })).map(postFrom)
    },
    async edit(id, { caption = null, fields: changes, editedAt }, outbox) {
      const values = { id: toId(id), caption, editedAt: toMillis(editedAt) }
      async function change(statements: Statements, fields: string | null, setsFields: boolean) {
        const edited = await statements.get<PostRow>(postStatements.edit, { ...values, fields, setsFields })
        if (outbox && edited) await addToOutbox(statements, outbox())
        return edited && postFrom(edited)
      }
      if (!changes) return await writing(connection, outbox, (statements) => change(statements, null, false))
      return await atomically(async (statements) => {
        const found = await statements.get<Pick<PostRow, 'fields'>>(postStatements.fields, { id: values.id })
        if (!found) return null
        return await change(
          statements,
          toFieldsText(mergeFields(fromFieldsText(found.fields), changes)),
          true,
        )
      })
    },
    remove(id, outbox) {
      return atomically(async (statements) => {
        const removed = await take(statements, toId(id))
        if (removed && outbox) await addToOutbox(statements, outbox())
        return removed
      })
    },
    removeAll(author, limit) {
      const authorId = toId(author)
      return atomically(async (statements) => {
        for (;;) {
          const row = await statements.get<RemovedAllRow>(postStatements.removeAll, { authorId, limit })
          if (!row?.found) return []
          // If others have removed what was found, it searches again.
          if (row.ids === null) continue
          await statements.run(postCountStatements.settle, { authorId })
          await statements.run(postCountStatements.forget, { authorId })
          return row.ids.split(',')
        }
      })
    },
    async byAuthor(authorId, { limit, before }) {
      const range = { authorId: toId(authorId), before: beforeOrEnd(before), limit }
      return (await shown.all<PostRow>(postStatements.byAuthor, range)).map(postFrom)
    },
    async toPurge(limit) {
      return (await all<{ id: string }>(postStatements.toPurge, { limit })).map(({ id }) => id)
    },
    async purge(id) {
      await run(postStatements.purge, { id: toId(id) })
    },
    ...createPostCountTable(connection),
  }
}

/** The uploads of a post as a parameter. */
function attachmentsOf(media: readonly PostMedia[]): { media: string[]; alts: string[]; wanted: number } {
  const usable = media.filter(({ id }) => toId(id) !== null)
  return {
    media: usable.map(({ id }) => id),
    alts: usable.map(({ alt }) => alt),
    wanted: new Set(media.map(({ id }) => id)).size,
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
    fields: fromFieldsText(row.fields),
  }
}
