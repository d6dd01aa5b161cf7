import { runCases, runStorageCases, sharedFactStoreCases } from '@kith/conformance'
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

describe('two SQLite storages on one path', () => {
  runCases(test, sharedFactStoreCases, async () => {
    const path = freshPath()
    const [one, other] = [createSqliteStorage({ path }), createSqliteStorage({ path })]
    await one.migrate()
    return { one: one.facts, other: other.facts }
  })
})

describe.each(settings)('SQLite storage on %s', (_, options) => {
  runStorageCases(test, async () => createSqliteStorage(options()))
})
