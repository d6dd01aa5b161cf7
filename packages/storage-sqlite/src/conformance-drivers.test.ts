import { runStorageCases } from '@kith/conformance'
import { describe, test } from 'vitest'
import { drivers } from '../test/drivers.ts'
import { useTemporaryFolder } from '../test/temporary-folder.ts'
import { createSqliteStorage, type SqliteStorageOptions } from './index.ts'

const freshPath = useTemporaryFolder()
const settings = drivers.flatMap(({ name, open, openUnusual }): [string, () => SqliteStorageOptions][] => [
  [`a database of ${name}`, () => ({ database: open(freshPath()) })],
  [`a database of ${name} with unusual settings`, () => ({ database: openUnusual(':memory:') })],
])

describe.each(settings)('SQLite storage on %s', (_, options) => {
  runStorageCases(test, async () => createSqliteStorage(options()))
})
