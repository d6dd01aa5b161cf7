import {
  edgeStoreCases,
  feedStoreCases,
  mediaStoreCases,
  postStoreCases,
  runCases,
  sessionStoreCases,
  storageCases,
  userStoreCases,
} from '@kith/conformance'
import type { Storage } from '@kith/core'
import { describe, test } from 'vitest'
import { drivers } from '../test/drivers.ts'
import { useTemporaryFolder } from '../test/temporary-folder.ts'
import { createSqliteStorage, type SqliteStorageOptions } from './index.ts'

const freshPath = useTemporaryFolder()
const settings: [string, () => SqliteStorageOptions][] = [
  ['a path', () => ({ path: freshPath() })],
  ...drivers.flatMap(({ name, open, openUnusual }): [string, () => SqliteStorageOptions][] => [
    [`a database of ${name}`, () => ({ database: open(freshPath()) })],
    [`a database of ${name} with unusual settings`, () => ({ database: openUnusual(':memory:') })],
  ]),
]

describe.each(settings)('SQLite storage on %s', (_, options) => {
  async function migrated(): Promise<Storage> {
    const storage = createSqliteStorage(options())
    await storage.migrate()
    return storage
  }
  runCases(test, userStoreCases, async () => (await migrated()).users)
  runCases(test, sessionStoreCases, async () => (await migrated()).sessions)
  runCases(test, edgeStoreCases, async () => (await migrated()).edges)
  runCases(test, postStoreCases, migrated)
  runCases(test, mediaStoreCases, migrated)
  runCases(test, feedStoreCases, migrated)
  runCases(test, storageCases, async () => createSqliteStorage(options()))
})
