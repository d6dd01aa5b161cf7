import { runCases, runStorageCases, sharedFactStoreCases } from '@kith/conformance'
import { test, vi } from 'vitest'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import type { MongoOptions } from '../../../test/servers/mongo-server.ts'
import { useStorages } from './emptied-storage.ts'

/** Runs the conformance kit on one kind of server. Each has a file of its own, so that both can run at once. */
export async function testPromises(topology: NonNullable<MongoOptions['topology']>): Promise<void> {
  // The server that most run it on takes its time.
  vi.setConfig({ testTimeout: 120_000 })

  await describeWithMongo(`MongoDB storage on a ${topology}`, { topology }, (mongo) => {
    const { emptied, another, fresh } = useStorages(mongo)
    runStorageCases(test, async () => fresh(), emptied)
    runCases(test, sharedFactStoreCases, async () => {
      const one = (await emptied()).facts
      return { one, other: another().facts }
    })
  })
}
