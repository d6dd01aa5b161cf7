import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemoryBlobs } from '@kith/core/memory'
import { MongoClient } from 'mongodb'
import { afterAll, expect, test } from 'vitest'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { createSociety, deeds } from '../../../test/society.ts'
import { createMongoStorage } from '../src/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'kith-no-transactions-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ofTransactions = ['startTransaction', 'autocommit', 'commitTransaction', 'abortTransaction'] as const

for (const topology of ['replica-set', 'standalone'] as const) {
  await describeWithMongo(`everything that people do, on a ${topology}`, { topology }, (mongo) => {
    const expected = topology === 'standalone' ? 'none of its commands' : 'some of its commands'
    test(`${expected} is part of a transaction`, async () => {
      const client = new MongoClient(mongo().uri, { monitorCommands: true })
      let [commands, within] = [0, 0]
      client.on('commandStarted', ({ command }) => {
        commands++
        if (ofTransactions.some((field) => field in command)) within++
      })
      const storage = createMongoStorage({ client, database: mongo().freshDatabase(), timeoutMillis: 20_000 })
      await storage.migrate()
      const society = createSociety({ storage, blobs: createMemoryBlobs(), temporaryDirectory: folder })
      for (const who of [0, 1, 2]) await society.act({ deed: 'register', who, whom: 0, which: 0 })
      for (const deed of deeds) {
        const done = await society.act({ deed, who: 0, whom: deed === 'ban' ? 2 : 1, which: 0 })
        if (deed === 'post') await society.act({ deed, who: 1, whom: 0, which: 0 })
        if (deed === 'follow') expect(done).toMatchObject({ following: true })
        if (deed === 'like') expect(done).toMatchObject({ liked: true })
      }
      expect(commands).toBeGreaterThan(deeds.length * 3)
      if (topology === 'standalone') expect(within).toBe(0)
      else expect(within).toBeGreaterThan(deeds.length)
      await client.close()
    }, 120_000)
  })
}
