import { recountCases, runCases, runStorageCases, sharedFactStoreCases } from '@kith/conformance'
import { test, vi } from 'vitest'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import type { MongoOptions } from '../../../test/servers/mongo-server.ts'
import { toStored } from '../src/stored-ids.ts'
import { useStorages } from './emptied-storage.ts'

/** Runs the conformance kit on one kind of server. Each has a file of its own, so that both can run at once. */
export async function testPromises(topology: NonNullable<MongoOptions['topology']>): Promise<void> {
  // The server that most run it on takes its time.
  vi.setConfig({ testTimeout: 120_000 })

  await describeWithMongo(`MongoDB storage on a ${topology}`, { topology }, (mongo) => {
    const { emptied, another, fresh, database } = useStorages(mongo)
    const transactions = topology === 'replica-set'
    runStorageCases(test, async () => fresh(), { emptied, transactions })
    // A standalone keeps no counts that could be wrong.
    if (transactions)
      runCases(test, recountCases, async () => ({
        storage: await emptied(),
        other: another(),
        async spoil(kind, node) {
          const field = kind === 'post' ? 'posts' : `${kind}.in`
          const { matchedCount } = await database()
            .collection<{ _id: string }>('kith_users')
            .updateOne(toStored({ _id: node }), { $inc: { [field]: 1 } })
          if (matchedCount === 0) throw new Error(`there is no count of ${node}`)
        },
      }))
    runCases(test, sharedFactStoreCases, async () => {
      const one = (await emptied()).facts
      return { one, other: another().facts }
    })
  })
}
