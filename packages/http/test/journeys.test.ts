import { createSqliteStorage } from '@kith/storage-sqlite'
import { describe } from 'vitest'
import { createFetchHost } from './journeys/fetch-host.ts'
import { journeys } from './journeys/journeys.ts'
import { testHost } from './journeys/test-host.ts'

// Runs all of them. With the memory storage they pass on the sound host, next to the broken ones.
describe('Fetch handler, on SQLite', () => {
  const host = createFetchHost(async () => createSqliteStorage({ path: ':memory:' }))
  testHost(host, journeys)
})
