import { runStorageCases } from '@kith/conformance'
import { test, vi } from 'vitest'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { useStorages } from '../test/emptied-storage.ts'

// The server that most run it on takes its time.
vi.setConfig({ testTimeout: 120_000 })

for (const topology of ['replica-set', 'standalone'] as const) {
  await describeWithMongo(`MongoDB storage on a ${topology}`, { topology }, (mongo) => {
    const { emptied, fresh } = useStorages(mongo)
    runStorageCases(test, async () => fresh(), emptied)
  })
}
