import { afterAll, beforeAll, expect, test } from 'vitest'
import { sampleEdge, samplePost, sampleUser } from '../../../test/kit-samples.ts'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { createMongoStorage } from '../src/index.ts'
import { timeoutMillis } from './emptied-storage.ts'
import { type WatchedClient, watchCommands } from './sent-commands.ts'

await describeWithMongo('a recount that corrects something', { topology: 'replica-set' }, (mongo) => {
  let watched: WatchedClient
  beforeAll(async () => {
    watched = await watchCommands(mongo().uri)
  })
  afterAll(() => watched.client.close())

  // With a read first the cases of the kit pass on SecantusDB as well; a mongod would refuse the recount each time.
  test.each(['edges', 'posts'] as const)(
    'of %s starts its transaction with a write, so that a concurrent writer retries, and not the recount',
    async (store) => {
      const database = mongo().freshDatabase()
      const storage = createMongoStorage({ client: watched.client, database, timeoutMillis })
      await storage.migrate()
      const [ada, eve] = [sampleUser(), sampleUser()]
      for (const user of [ada, eve]) await storage.users.create(user)
      await storage.edges.add(sampleEdge({ from: eve.id, to: ada.id }))
      await storage.posts.create(samplePost({ authorId: ada.id }), [])
      const field = store === 'edges' ? 'follow.in' : 'posts'
      await watched.client
        .db(database)
        .collection('kith_users')
        .updateOne({ username: ada.username }, { $inc: { [field]: 1 } })
      const sent = await watched.during(async () => {
        expect((await storage[store].recount(null, 9)).differences).toHaveLength(1)
      })
      const within = sent.filter(({ command }) => 'txnNumber' in command && 'autocommit' in command)
      expect(within.map(({ name }) => name)[0]).toBe('findAndModify')
      expect(within.map(({ name }) => name)).toContain('aggregate')
    },
    60_000,
  )
})
