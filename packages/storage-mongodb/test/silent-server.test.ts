import { MongoClient } from 'mongodb'
import { expect, test } from 'vitest'
import { samplePost } from '../../../test/kit-samples.ts'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { startProxy } from '../../../test/servers/proxy.ts'
import { createMongoStorage } from '../src/index.ts'

await describeWithMongo('a server that falls silent', { topology: 'standalone' }, (mongo) => {
  test('a command that the driver interrupts is a storage that cannot be reached, and works later', async () => {
    const proxy = await startProxy({ host: mongo().host, port: mongo().port })
    const client = new MongoClient(`mongodb://${proxy.host}:${proxy.port}`, {
      directConnection: true,
      heartbeatFrequencyMS: 500,
      // Enough for a heartbeat of a busy machine.
      connectTimeoutMS: 3_000,
    })
    const database = mongo().freshDatabase()
    const { migrate, posts } = createMongoStorage({ client, database, timeoutMillis: 30_000 })
    await migrate()
    await posts.create(samplePost(), [])
    proxy.stall()
    await expect(posts.create(samplePost(), [])).rejects.toMatchObject({
      code: 'storage-unavailable',
      retryAfterSeconds: 5,
      cause: { name: 'PoolClearedOnNetworkError' },
    })
    await proxy.heal()
    expect(await posts.create(samplePost(), [])).toEqual({ outcome: 'created' })
    await client.close()
    await proxy.close()
  }, 60_000)
})
