import { runCases, runStorageCases, sharedFactStoreCases } from '@kith/conformance'
import { describe, test } from 'vitest'
import { useTemporaryFolder } from '../test/temporary-folder.ts'
import { createSqliteStorage } from './index.ts'

const freshPath = useTemporaryFolder()

describe('two SQLite storages on one path', () => {
  runCases(test, sharedFactStoreCases, async () => {
    const path = freshPath()
    const [one, other] = [createSqliteStorage({ path }), createSqliteStorage({ path })]
    await one.migrate()
    return { one: one.facts, other: other.facts }
  })
})

describe('SQLite storage on a path', () => {
  runStorageCases(test, async () => createSqliteStorage({ path: freshPath() }))
})
