import { MongoClient } from 'mongodb'
import { expect, test } from 'vitest'
import { samplePost, sampleUser } from '../../../test/kit-samples.ts'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { startProxy } from '../../../test/servers/proxy.ts'
import { createMongoStorage } from '../src/index.ts'

await describeWithMongo('a server that stops responding', { topology: 'standalone' }, (mongo) => {
  test('a command that the driver interrupts is an unreachable storage, and works later', async () => {
    const proxy = await startProxy({ host: mongo().host, port: mongo().port })
    const uri = new URL(mongo().uri)
    uri.host = `${proxy.host}:${proxy.port}`
    const client = new MongoClient(String(uri), {
      directConnection: true,
      heartbeatFrequencyMS: 500,
      // Enough for a heartbeat on a busy machine.
      connectTimeoutMS: 3_000,
    })
    const database = mongo().freshDatabase()
    const { migrate, users, posts } = createMongoStorage({ client, database, timeoutMillis: 30_000 })
    await migrate()
    const { id: authorId } = sampleUser()
    await users.create(sampleUser({ id: authorId }))
    await posts.create(samplePost({ authorId }), [])
    proxy.stall()
    await expect(posts.create(samplePost({ authorId }), [])).rejects.toMatchObject({
      code: 'storage-unavailable',
      retryAfterSeconds: 5,
      cause: { name: 'PoolClearedOnNetworkError' },
    })
    await proxy.heal()
    expect(await posts.create(samplePost({ authorId }), [])).toEqual({ outcome: 'created' })
    await client.close()
    await proxy.close()
  }, 60_000)
})
