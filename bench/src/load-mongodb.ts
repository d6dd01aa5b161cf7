import { createMongoStorage } from '@kith/storage-mongodb'
import type { Db, Document, MongoClient } from 'mongodb'
import { edgeId, postId, postTime, userId } from './ids.ts'
import { startProgress } from './progress.ts'
import type { Workload } from './workload.ts'

/** So many documents go in one command. */
const batchSize = 5000

/** Fills a database with a network, past the ports: through them it would take many times as long. Not again where it is full. */
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
  const counts: { _id: string; out: number }[] = []
  let made = 0
  for (let user = 0; user < users; user++) {
    const from = userId(user)
    await people.add({ _id: from, ...personFields, username: `person_${user}`, name: `Person ${user}` })
    const others = following(user)
    for (const other of others) {
      const to = userId(other)
      followers[other] = (followers[other] ?? 0) + 1
      const edge = { id: edgeId(made++), kind: 'follow', from, to, hidden: 0 }
      await edges.add({ _id: `follow ${from} ${to}`, ...edge })
    }
    counts.push({ _id: from, out: others.length })
    progress.advance()
  }
  await people.flush()
  await edges.flush()
  progress.done()
  const nodes = createBatches(database, 'nodes')
  for (const [user, { _id, out }] of counts.entries()) {
    await nodes.add({ _id, follow: { out, in: followers[user] ?? 0 } })
  }
  await nodes.flush()
}

async function loadPosts(database: Db, { posts, users, author }: Workload): Promise<void> {
  const rows = createBatches(database, 'posts')
  const written = new Int32Array(users)
  const progress = startProgress('posts', posts)
  for (let post = 0; post < posts; post++) {
    const by = author(post)
    written[by] = (written[by] ?? 0) + 1
    await rows.add({
      _id: postId(post),
      authorId: userId(by),
      caption: `Post number ${post}, of the length that captions have`,
      createdAt: new Date(postTime(post)),
      editedAt: null,
      state: 'live',
    })
    progress.advance()
  }
  await rows.flush()
  progress.done()
  const authors = createBatches(database, 'authors')
  for (const [user, count] of written.entries()) await authors.add({ _id: userId(user), posts: count })
  await authors.flush()
}

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
  add(row: Document & { _id: string }): Promise<void>
  flush(): Promise<void>
}

function createBatches(database: Db, name: string): Batches {
  const collection = database.collection<Document & { _id: string }>(`kith_${name}`)
  let rows: (Document & { _id: string })[] = []
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
