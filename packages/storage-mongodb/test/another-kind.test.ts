import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Storage } from '@kith/core/ports'
import { MongoClient } from 'mongodb'
import { afterAll, describe, expect, test } from 'vitest'
import { sampleEdge, samplePost, sampleUser } from '../../../test/kit-samples.ts'
import { mongoMissing, startMongo } from '../../../test/servers/mongo-server.ts'
import { createMongoStorage } from '../src/index.ts'
import { audit } from './audit.ts'

const storagePath = mkdtempSync(join(tmpdir(), 'kith-another-kind-'))
afterAll(() => rmSync(storagePath, { recursive: true, force: true }))
const missing = await mongoMissing({ topology: 'standalone', storagePath })

describe.skipIf(missing !== null)('a standalone that becomes a replica set, and back', () => {
  /** Starts the server in one of the two modes, on the same files. */
  async function as<Answer>(
    topology: 'standalone' | 'replica-set',
    work: (storage: Storage, client: MongoClient) => Promise<Answer>,
  ): Promise<Answer> {
    const server = await startMongo({ topology, storagePath })
    const client = await MongoClient.connect(server.uri)
    const storage = createMongoStorage({ client, database: 'app', timeoutMillis: 20_000 })
    try {
      return await work(storage, client)
    } finally {
      await client.close()
      await server.stop()
    }
  }

  test('is refused until it is migrated, which stores the counts that were computed on reading', async () => {
    const [ada, eve] = [sampleUser(), sampleUser()]
    const follow = sampleEdge({ from: eve.id, to: ada.id })
    const counts = (storage: Storage) => storage.edges.counts('follow', [ada.id, eve.id])
    const expected = [
      { out: 0, in: 1 },
      { out: 1, in: 0 },
    ]
    await as('standalone', async (storage) => {
      await storage.migrate()
      for (const user of [ada, eve]) await storage.users.create(user)
      await storage.edges.add(follow)
      await storage.posts.create(samplePost({ authorId: ada.id }), [])
      expect(await counts(storage)).toEqual(expected)
    })
    await as('replica-set', async (storage, client) => {
      const refused = { code: 'storage-failed', detail: expect.stringContaining('another kind') as string }
      await expect(storage.users.byId(ada.id)).rejects.toMatchObject(refused)
      await expect(storage.check()).rejects.toMatchObject(refused)
      expect((await storage.plan()).map(({ name }) => name)).toEqual(['counts', 'schema 7'])
      await storage.migrate()
      expect([await counts(storage), await storage.posts.counts([ada.id])]).toEqual([expected, [1]])
      expect(await audit(client.db('app'))).toEqual([])
      await storage.edges.remove(follow)
      expect(await audit(client.db('app'))).toEqual([])
    })
    await as('standalone', async (storage) => {
      await expect(counts(storage)).rejects.toMatchObject({ code: 'storage-failed' })
      await storage.migrate()
      await storage.edges.add(follow)
      expect(await counts(storage)).toEqual(expected)
    })
  }, 120_000)
})
