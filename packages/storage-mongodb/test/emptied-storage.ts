import type { Storage } from '@kith/core/ports'
import { type Db, MongoClient } from 'mongodb'
import { afterAll, beforeAll } from 'vitest'
import type { MongoServer } from '../../../test/servers/mongo-server.ts'
import { createMongoStorage } from '../src/index.ts'

/** The timeout of a call in tests: the usual server is slow, and the machine is busy. */
export const timeoutMillis = 100_000

/** Storages for the tests of a suite. */
export interface TestStorages {
  client(): MongoClient
  /** A storage on a migrated, empty database; always the same one, because that is faster. */
  emptied(): Promise<Storage>
  /** The database of that storage. */
  database(): Db
  /** Another storage on the database of `emptied`, like that of another process. */
  another(): Storage
  /** A storage on an untouched database. */
  fresh(): Storage
}

/** Opens a client before the tests and closes it after them. Storages use it too, unless another one is given. */
export function useStorages(
  mongo: () => MongoServer,
  forStorages?: (uri: string) => Promise<MongoClient>,
): TestStorages {
  let client: MongoClient | null = null
  let used: MongoClient | null = null
  let storage: Promise<Storage> | null = null
  let name = ''
  const opened = (): MongoClient => {
    if (!client) throw new Error('The client is open only while tests run')
    return client
  }

  beforeAll(async () => {
    // SecantusDB is faster with few connections; calls still overlap.
    client = await MongoClient.connect(mongo().uri, { maxPoolSize: 8 })
    used = forStorages ? await forStorages(mongo().uri) : client
  })
  afterAll(() => Promise.all([client?.close(), used?.close()]))

  function create(database: string): Storage {
    return createMongoStorage({ client: used ?? opened(), database, timeoutMillis })
  }

  async function migrated(): Promise<Storage> {
    name = mongo().freshDatabase()
    const created = create(name)
    await created.migrate()
    return created
  }

  return {
    client: opened,
    async emptied() {
      storage ??= migrated()
      const empty = await storage
      const collections = await opened().db(name).collections()
      const stores = collections.filter(({ collectionName }) => collectionName !== 'kith_schema')
      await Promise.all(stores.map((collection) => collection.deleteMany({})))
      return empty
    },
    database: () => opened().db(name),
    another: () => create(name),
    fresh: () => create(mongo().freshDatabase()),
  }
}
