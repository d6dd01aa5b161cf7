import type { Storage } from '@kith/core/ports'
import { type Db, MongoClient } from 'mongodb'
import { afterAll, beforeAll } from 'vitest'
import type { MongoServer } from '../../../test/servers/mongo-server.ts'
import { createMongoStorage } from '../src/index.ts'

/** The name of the client that has the failures. */
export const troubled = 'troubled'

/** Two clients of one server and database: one that has the failures, and one that prepares and checks. */
export interface TwoClients {
  client(who: 'troubled' | 'calm'): MongoClient
  database(): Db
  storage(who: 'troubled' | 'calm', timeoutMillis?: number): Storage
}

/** Opens them before the tests, on a migrated database. */
export function useTwoClients(mongo: () => MongoServer): TwoClients {
  const clients = new Map<string, MongoClient>()
  let name = ''

  const two: TwoClients = {
    client(who) {
      const client = clients.get(who)
      if (!client) throw new Error('The clients are open only while tests run')
      return client
    },
    database: () => two.client('calm').db(name),
    storage: (who, timeoutMillis = 60_000) =>
      createMongoStorage({ client: two.client(who), database: name, timeoutMillis }),
  }
  beforeAll(async () => {
    name = mongo().freshDatabase()
    // A server that has reported that it is not the primary is checked again immediately, and not at its next change.
    const hasty = { minHeartbeatFrequencyMS: 20, serverMonitoringMode: 'poll' } as const
    const settings = { ...hasty, appName: troubled, monitorCommands: true }
    clients.set('troubled', await MongoClient.connect(mongo().uri, settings))
    clients.set('calm', await MongoClient.connect(mongo().uri))
    await two.storage('calm').migrate()
  })
  afterAll(() => Promise.all([...clients.values()].map((client) => client.close())))
  return two
}
