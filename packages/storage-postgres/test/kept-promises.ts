import { runCases, runStorageCases, sharedFactStoreCases } from '@kith/conformance'
import { test, vi } from 'vitest'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { type TestDriver, useStorages } from './storages.ts'

/**
 * Runs the conformance kit through one driver, with or without the search extension. Each has a separate file, so that they can
 * run concurrently.
 */
export async function testPromises(driver: TestDriver, trigrams: boolean): Promise<void> {
  vi.setConfig({ testTimeout: 60_000 })

  await describeWithPostgres(`PostgreSQL storage through ${driver}`, {}, (postgres) => {
    const { emptied, another, fresh } = useStorages(postgres, { driver, trigrams })
    runStorageCases(test, async () => fresh(), { emptied })
    runCases(test, sharedFactStoreCases, async () => {
      const one = (await emptied()).facts
      return { one, other: another().facts }
    })
  })
}
