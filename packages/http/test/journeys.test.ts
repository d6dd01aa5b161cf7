import { createSqliteStorage } from '@kith/storage-sqlite'
import { describe } from 'vitest'
import { createFetchHost } from './journeys/fetch-host.ts'
import { journeys } from './journeys/journeys.ts'
import { testHost } from './journeys/test-host.ts'

// All of them once. In memory they pass as the sound host beside the broken ones.
describe('Fetch handler, on SQLite', () => {
  const host = createFetchHost(async () => createSqliteStorage({ path: ':memory:' }))
  testHost(host, journeys)
})
