import { test, vi } from 'vitest'
import { demandAnswersOfMemory, numberOfHistories, themes } from '../../../test/histories.ts'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { useStorages } from '../test/storages.ts'

const histories = numberOfHistories(12)
vi.setConfig({ testTimeout: 60_000 + histories * 10_000 })

await describeWithPostgres('any history on PostgreSQL', {}, (postgres) => {
  const { emptied } = useStorages(postgres)
  test.each(themes)('of %s gives the results of the memory reference', async (theme) => {
    await demandAnswersOfMemory(theme, histories, async (compare) => compare(await emptied()))
  })
})
