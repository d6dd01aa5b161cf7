import { createServer } from 'node:net'
import { once } from 'node:events'
import { MongoClient } from 'mongodb'
import { expect, test } from 'vitest'
import { sampleUser } from '../../../test/kit-samples.ts'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { createMongoStorage, type MongoStorageOptions } from './index.ts'

const client = { db: () => ({}), startSession: () => ({}) }
const uri = 'mongodb://127.0.0.1:1'

const neither =
  'createMongoStorage: give a connection string, { uri, database }, or your own client, { client, database }'

test.each<[string, object | undefined, string]>([
  ['neither a client nor a uri', {}, neither],
  ['nothing', undefined, neither],
  ['both', { client, uri }, 'createMongoStorage: give a client or a uri, not both'],
  ['an empty uri', { uri: '' }, 'uri must be a connection string'],
  ['a uri that is an object', { uri: new URL(uri) }, 'uri must be a connection string'],
  ['a client that is none', { client: { db: client.db } }, 'client must be a MongoClient'],
  ['a client that is null', { client: null }, 'client must be a MongoClient'],
  ['no database', { uri, database: undefined }, 'database must be the name of a database'],
  ['a database without a name', { uri, database: '' }, 'database must be the name of a database'],
  ['a database itself', { uri, database: {} }, 'database must be the name of a database'],
  ['a prefix with a dot', { uri, prefix: 'kith.' }, 'prefix must consist of letters, digits and underscores'],
  ['a prefix of the system', { uri, prefix: '$a' }, 'prefix must consist of letters, digits and underscores'],
  ['no time', { uri, timeoutMillis: 0 }, 'timeoutMillis must be a whole number of milliseconds'],
  [
    'a part of a millisecond',
    { uri, timeoutMillis: 0.5 },
    'timeoutMillis must be a whole number of milliseconds',
  ],
  [
    'time without end',
    { uri, timeoutMillis: Infinity },
    'timeoutMillis must be a whole number of milliseconds',
  ],
])('rejects %s', (_, options, message) => {
  const given = { database: 'app', ...options } as MongoStorageOptions
  expect(() => createMongoStorage(given)).toThrow(new TypeError(message))
})

test('opens nothing at construction', async () => {
  const server = createServer()
  let connections = 0
  server.on('connection', () => connections++)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as { port: number }
  const storage = createMongoStorage({ uri: `mongodb://127.0.0.1:${port}`, database: 'app' })
  await new Promise(setImmediate)
  await storage.close()
  expect(connections).toBe(0)
  server.close()
})

test.each(['uri', 'client'] as const)('no call takes longer than timeoutMillis, with %s', async (by) => {
  // Accepts connections and never responds.
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as { port: number }
  const silent = `mongodb://127.0.0.1:${port}`
  const own = new MongoClient(silent)
  const options = { database: 'app', timeoutMillis: 200 }
  const storage = createMongoStorage(by === 'uri' ? { ...options, uri: silent } : { ...options, client: own })
  const began = performance.now()
  const calls = await Promise.allSettled([storage.migrate(), storage.users.byId('nobody')])
  // The driver alone waits half a minute.
  expect(performance.now() - began).toBeLessThan(5_000)
  const unavailable = { status: 'rejected', reason: { code: 'storage-unavailable', retryAfterSeconds: 5 } }
  expect(calls).toMatchObject([unavailable, unavailable])
  await Promise.all([storage.close(), own.close()])
  server.close()
})

await describeWithMongo('a storage with options', {}, (mongo) => {
  test('connects to the server by its uri, and cannot be used after it is closed', async () => {
    const database = mongo().freshDatabase()
    const storage = createMongoStorage({ uri: mongo().uri, database, timeoutMillis: 20_000 })
    await storage.migrate()
    const user = sampleUser()
    await storage.users.create(user)
    expect(await storage.users.byId(user.id)).toEqual(user)
    await storage.close()
    await expect(storage.users.byId(user.id)).rejects.toMatchObject({
      code: 'storage-failed',
      detail: 'The storage was closed: create a new one.',
    })
  })

  test('leaves a client open that was passed in, and uses the given database and prefix', async () => {
    const own = await MongoClient.connect(mongo().uri)
    const database = mongo().freshDatabase()
    const settings = { client: own, database, timeoutMillis: 20_000 }
    const [plain, other] = [
      createMongoStorage(settings),
      createMongoStorage({ ...settings, prefix: 'other_' }),
    ]
    await plain.migrate()
    await expect(other.users.byId('nobody')).rejects.toMatchObject({
      detail: 'The schema is missing or outdated: run kith.storage.migrate() first.',
    })
    await other.migrate()
    const user = sampleUser()
    await other.users.create(user)
    expect(await plain.users.byId(user.id)).toBeNull()
    await Promise.all([plain.close(), other.close()])
    const names = (await own.db(database).collections()).map(({ collectionName }) => collectionName)
    expect(names.filter((name) => !/^(?:kith|other)_[a-z]+$/i.test(name))).toEqual([])
    expect(await own.db(database).collection('other_users').countDocuments()).toBe(1)
    await own.close()
  })
})
