import { createSqliteStorage } from '@kith/storage-sqlite'
import { runSessionCases } from './session-cases.ts'

runSessionCases(async () => {
  const storage = createSqliteStorage({ path: ':memory:' })
  await storage.migrate()
  return storage
})
