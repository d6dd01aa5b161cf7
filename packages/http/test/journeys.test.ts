import { createFetchHost, journeys, runJourneys } from '@kith/conformance'
import { createMemoryStorage } from '@kith/core/memory'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { describe, test } from 'vitest'
import { makeLocalMedia } from '../../../test/local-media.ts'

describe.each([
  ['in memory', () => createMemoryStorage()],
  ['on SQLite', () => createSqliteStorage({ path: ':memory:' })],
] as const)('Fetch handler, %s', (_name, makeStorage) => {
  runJourneys(
    test,
    journeys,
    createFetchHost(async () => makeStorage(), makeLocalMedia),
  )
})
