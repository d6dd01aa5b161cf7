import { createMongoStorage } from '@kith/storage-mongodb'
import { MongoClient } from 'mongodb'
import { watchServerJobs } from '../freeze/server-jobs.ts'
import { edgeId, userId } from '../ids.ts'
import { storedEdge } from '../load-mongodb.ts'

/**
 * The long jobs on MongoDB: `pnpm --filter @kith/bench operations freeze-mongodb mongodb://127.0.0.1:27017/?replicaSet=rs0 [followers]`.
 */
const [uri = 'mongodb://127.0.0.1:27017', howMany = '3000'] = process.argv
  .slice(3)
  .filter((each) => each !== '--')
const followers = Number(howMany)
const client = await MongoClient.connect(uri)
const name = `kith-freeze-${process.pid}`
const database = client.db(name)
const storage = createMongoStorage({ client, database: name, timeoutMillis: 60_000 })
await storage.migrate()

await watchServerJobs({
  storage,
  async addEdges(kind, to) {
    const edges = Array.from({ length: followers }, (_, index) => {
      const id = edgeId(index + (kind === 'like' ? followers : 0))
      return storedEdge({ id, kind, from: userId(index), to })
    })
    for (let at = 0; at < edges.length; at += 1_000)
      await database.collection<{ _id: unknown }>('kith_edges').insertMany(edges.slice(at, at + 1_000))
  },
})
await database.dropDatabase()
await client.close()
