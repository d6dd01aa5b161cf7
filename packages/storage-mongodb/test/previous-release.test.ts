import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demandThatReadsWhatWrote } from '../../../test/both-releases.ts'
import { createMongoStorage as createPrevious } from '../../../test/previous-release/mongodb.mjs'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { createMongoStorage } from '../src/index.ts'

await describeWithMongo('the release before', {}, (mongo) => {
  let client: MongoClient
  beforeAll(async () => {
    client = await MongoClient.connect(mongo().uri)
  })
  afterAll(() => client.close())

  test('goes on while this one migrates its database, and may be started again on it', async () => {
    const options = { client, database: mongo().freshDatabase(), timeoutMillis: 20_000 }
    const running = createPrevious(options)
    await running.migrate()
    expect(await running.users.byId('x')).toBeNull()
    const storage = createMongoStorage(options)
    expect(await storage.plan()).not.toEqual([])
    await storage.migrate()
    await demandThatReadsWhatWrote(storage, running)
    await demandThatReadsWhatWrote(running, storage)

    const restarted = createPrevious(options)
    await restarted.migrate()
    await demandThatReadsWhatWrote(storage, restarted)
    expect(await storage.plan(), 'it undoes nothing').toEqual([])
  })
})
