import type { Db } from 'mongodb'
import type { Documents } from '../src/collections.ts'
import type { SchemaDocument } from '../src/schema-version.ts'
import { fromStored } from '../src/stored-ids.ts'

type Rows = { [Name in 'edges' | 'users' | 'posts' | 'media']: Documents[Name][] }

/** All inconsistencies of a database, found in its documents. A standalone stores no counts. */
export async function audit(database: Db): Promise<string[]> {
  const schema = await database.collection<SchemaDocument>('kith_schema').findOne()
  const counts = schema?.counts ?? 'stored'
  const read = async (name: string): Promise<never> =>
    fromStored(await database.collection(`kith_${name}`).find().toArray()) as unknown as never
  const rows: Rows = {
    edges: await read('edges'),
    users: await read('users'),
    posts: await read('posts'),
    media: await read('media'),
  }
  return [...(counts === 'stored' ? wrongCounts(rows) : []), ...misplacedMedia(rows)]
}

function* wrongCounts({ edges, users, posts }: Rows): Generator<string> {
  const seen = edges.filter(({ hidden }) => hidden === 0)
  const ends = seen.flatMap(({ kind, from, to }) => [`${from} ${kind}.out`, `${to} ${kind}.in`])
  const kept = [...users, ...posts].flatMap(({ _id, follow, like, save }) =>
    Object.entries({ follow, like, save }).flatMap(([kind, counts = {}]) =>
      Object.entries(counts).map(([end, count]) => [`${_id} ${kind}.${end}`, count] as const),
    ),
  )
  yield* differences(ends, kept)
  const live = posts.filter(({ state }) => state === 'live').map(({ authorId }) => `${authorId} posts`)
  yield* differences(
    live,
    users.map(({ _id, posts: count = 0 }) => [`${_id} posts`, count]),
  )
}

function* differences(things: string[], kept: (readonly [string, number])[]): Generator<string> {
  const stored = new Map(kept)
  const counted = new Map(
    [...Map.groupBy(things, (name) => name)].map(([name, { length }]) => [name, length]),
  )
  for (const name of new Set([...stored.keys(), ...counted.keys()])) {
    const [is, shouldBe] = [stored.get(name) ?? 0, counted.get(name) ?? 0]
    if (is !== shouldBe) yield `${name} is ${is} and should be ${shouldBe}`
  }
}

function* misplacedMedia({ posts, media }: Rows): Generator<string> {
  // Media of a removed post is released by its purge.
  const known = new Set(posts.map(({ _id }) => _id))
  const placed = new Set<string>()
  for (const { _id, attachment, unusedSince, state } of media) {
    const isFound = unusedSince !== undefined || state === 'released' || attachment !== null
    if (!isFound) yield `medium ${_id} is not used, and no sweep finds it`
    if (attachment === null) continue
    if (attachment.use === 'post' && !known.has(attachment.subject)) yield `medium ${_id} is in no post`
    if (attachment.use !== 'post' && placed.has(`${attachment.use} ${attachment.subject}`)) {
      yield `medium ${_id} is a second ${attachment.use}`
    }
    placed.add(`${attachment.use} ${attachment.subject}`)
  }
}
