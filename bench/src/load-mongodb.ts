import { createMongoStorage } from '@kith/storage-mongodb'
import { type EdgeRecord, edgeKinds } from '@kith/core/ports'
import { type AnyBulkWriteOperation, Binary, type Db, type Document, type MongoClient, UUID } from 'mongodb'
import { edgeId, postId, postTime, userId } from './ids.ts'
import { startProgress } from './progress.ts'
import type { Workload } from './workload.ts'

/** The number of documents in one command. */
const batchSize = 5000

/** Fills a database with a network, without the ports, which would take many times as long. Does nothing if it is filled. */
export async function loadMongodb(client: MongoClient, name: string, workload: Workload): Promise<void> {
  const database = client.db(name)
  const state = database.collection<{ _id: string }>('bench')
  if (await state.findOne({ _id: 'complete' })) return
  await database.dropDatabase()
  await createMongoStorage({ client, database: name, timeoutMillis: 600_000 }).migrate()
  await loadPeople(database, workload)
  await loadPosts(database, workload)
  await state.insertOne({ _id: 'complete' })
}

async function loadPeople(database: Db, { users, following }: Workload): Promise<void> {
  const people = createBatches(database, 'users')
  const edges = createBatches(database, 'edges')
  const followers = new Int32Array(users)
  const progress = startProgress('people and follows', users)
  const counts: { id: string; out: number }[] = []
  let made = 0
  for (let user = 0; user < users; user++) {
    const from = userId(user)
    const username = `person_${user}`
    await people.add({
      _id: stored(from),
      ...personFields,
      username,
      names: [username],
      name: `Person ${user}`,
    })
    const others = following(user)
    for (const other of others) {
      const to = userId(other)
      followers[other] = (followers[other] ?? 0) + 1
      await edges.add(storedEdge({ id: edgeId(made++), kind: 'follow', from, to }))
    }
    counts.push({ id: from, out: others.length })
    progress.advance()
  }
  await people.flush()
  await edges.flush()
  progress.done()
  await changeUsers(
    database,
    counts.map(({ id, out }, user) => [id, { follow: { out, in: followers[user] ?? 0 } }]),
  )
}

async function loadPosts(database: Db, { posts, users, author }: Workload): Promise<void> {
  const rows = createBatches(database, 'posts')
  const written = new Int32Array(users)
  const progress = startProgress('posts', posts)
  for (let post = 0; post < posts; post++) {
    const by = author(post)
    written[by] = (written[by] ?? 0) + 1
    await rows.add({
      _id: stored(postId(post)),
      authorId: stored(userId(by)),
      caption: `Post number ${post}, of the length that captions have`,
      createdAt: new Date(postTime(post)),
      editedAt: null,
      state: 'live',
    })
    progress.advance()
  }
  await rows.flush()
  progress.done()
  await changeUsers(
    database,
    [...written.entries()].map(([user, count]) => [userId(user), { posts: count }]),
  )
}

/** An id as the adapter stores it. */
function stored(id: string): Binary {
  return new UUID(id)
}

/** An edge as the adapter stores it. Its `_id` consists of the position of its kind and both ends. */
export function storedEdge({ id, kind, from, to }: EdgeRecord): Row {
  const [start, end] = [stored(from), stored(to)]
  const _id = new Binary(Buffer.concat([Buffer.of(edgeKinds.indexOf(kind)), start.buffer, end.buffer]))
  return { _id, id: stored(id), kind, from: start, to: end, hidden: 0 }
}

async function changeUsers(database: Db, changes: readonly [string, object][]): Promise<void> {
  const users = database.collection<Row>('kith_users')
  for (let start = 0; start < changes.length; start += batchSize) {
    const some = changes.slice(start, start + batchSize)
    await users.bulkWrite(
      some.map(([id, $set]): AnyBulkWriteOperation<Row> => ({
        updateOne: { filter: { _id: stored(id) }, update: { $set } },
      })),
      { ordered: false },
    )
  }
}

type Row = Document & { _id: Binary }

const personFields = Object.freeze({
  emailVerifiedAt: null,
  phoneVerifiedAt: null,
  bio: '',
  passwordHash: null,
  bannedAt: null,
  role: 'member',
  sessionEpoch: 0,
  createdAt: new Date(),
})

interface Batches {
  add(row: Row): Promise<void>
  flush(): Promise<void>
}

function createBatches(database: Db, name: string): Batches {
  const collection = database.collection<Row>(`kith_${name}`)
  let rows: Row[] = []
  async function flush(): Promise<void> {
    if (rows.length > 0) await collection.insertMany(rows, { ordered: false })
    rows = []
  }
  return {
    async add(row) {
      rows.push(row)
      if (rows.length === batchSize) await flush()
    },
    flush,
  }
}
