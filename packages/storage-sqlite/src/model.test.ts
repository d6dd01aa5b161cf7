import { test } from 'vitest'
import { demandAnswersOfMemory, numberOfHistories, themes } from '../../../test/histories.ts'
import { createSqliteStorage } from './index.ts'

const histories = numberOfHistories(300)

test.each(themes)(
  'any history of %s gives the results of the memory reference',
  async (theme) => {
    await demandAnswersOfMemory(theme, histories, async (compare) => {
      const sqlite = createSqliteStorage({ path: ':memory:' })
      await sqlite.migrate()
      await compare(sqlite)
      await sqlite.close()
    })
  },
  30_000 + histories * 1_000,
)
