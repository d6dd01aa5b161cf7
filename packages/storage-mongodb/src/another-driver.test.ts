import { rmSync } from 'node:fs'
import { Binary, MongoClient, MongoError, ObjectId } from 'mongodb'
import { afterAll, expect, test, vi } from 'vitest'
import { demandAnswersOfMemory, numberOfHistories, themes } from '../../../test/histories.ts'
import { sampleEdge, sampleUser } from '../../../test/kit-samples.ts'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { copyPackage } from '../test/another-copy.ts'
import { audit } from '../test/audit.ts'
import { useStorages } from '../test/emptied-storage.ts'

// The server that most machines run it on is slow.
vi.setConfig({ testTimeout: 120_000 })

/** The part of Mongoose that is used here. */
interface Mongoose {
  createConnection(uri: string, options: object): { asPromise(): Promise<{ getClient(): MongoClient }> }
  mongo: Record<'Binary' | 'MongoError' | 'ObjectId', unknown>
}

const { copy: mongoose, folder } = copyPackage<Mongoose>('mongoose')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Settings that an app may use for its own purposes, and that must not affect Kith. */
const unusual = {
  readPreference: 'secondaryPreferred',
  readConcernLevel: 'majority',
  writeConcern: { w: 0 },
  retryWrites: false,
  retryReads: false,
  promoteValues: false,
  promoteLongs: false,
  ignoreUndefined: true,
  serializeFunctions: true,
  maxPoolSize: 8,
}

for (const topology of ['replica-set', 'standalone'] as const) {
  await describeWithMongo(
    `Mongoose with its own copy of the driver, on a ${topology}`,
    { topology },
    (mongo) => {
      let client: MongoClient | null = null
      const { emptied, database } = useStorages(mongo, async (uri) => {
        const connection = await mongoose.createConnection(uri, unusual).asPromise()
        client = connection.getClient()
        return client
      })

      test('has a client of another class than the one that Kith would load', () => {
        expect(client?.constructor.name).toBe('MongoClient')
        expect(client).not.toBeInstanceOf(MongoClient)
        expect(mongoose.mongo.MongoError).not.toBe(MongoError)
        expect(mongoose.mongo.ObjectId).not.toBe(ObjectId)
        expect(mongoose.mongo.Binary).not.toBe(Binary)
      })

      test.each(themes)('any history of %s gives the results of the memory reference', async (theme) => {
        await demandAnswersOfMemory(theme, numberOfHistories(1), async (compare) => {
          await compare(await emptied())
          expect(await audit(database())).toEqual([])
        })
      })

      test('colliding calls all succeed: errors of its classes are recognized', async () => {
        const { users, edges } = await emptied()
        const created = Array.from({ length: 6 }, () => users.create(sampleUser({ username: 'ada' })))
        const outcomes = (await Promise.all(created)).map(({ outcome }) => outcome)
        expect(outcomes.sort()).toEqual(['created', ...Array<string>(5).fill('taken')])
        const { to } = sampleEdge()
        const from = Array.from({ length: 4 }, () => sampleEdge({ to }))
        for (const id of [to, ...from.map((edge) => edge.from)]) await users.create(sampleUser({ id }))
        const twice = [...from, ...from].map((edge) => edges.add(edge))
        expect((await Promise.all(twice)).filter(({ outcome }) => outcome === 'added')).toHaveLength(4)
        expect(await edges.counts('follow', [to])).toEqual([{ out: 0, in: 4 }])
        expect(await audit(database())).toEqual([])
      })
    },
  )
}
