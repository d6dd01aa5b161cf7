import {
  edgeStoreCases,
  feedStoreCases,
  mediaStoreCases,
  postStoreCases,
  runCases,
  storageCases,
} from '@kith/conformance'
import { test, vi } from 'vitest'
import { demandAnswersOfMemory, numberOfHistories } from '../../../test/histories.ts'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { useStorages } from '../test/storages.ts'

const histories = numberOfHistories(6)
vi.setConfig({ testTimeout: 60_000 + histories * 10_000 })

// The cases of the stores that read or write the partitioned tables.
await describeWithPostgres('partitioned PostgreSQL storage', {}, (postgres) => {
  const { emptied, fresh } = useStorages(postgres, { partitions: 4 })
  for (const cases of [edgeStoreCases, postStoreCases, mediaStoreCases, feedStoreCases])
    runCases(test, cases, emptied)
  runCases(test, storageCases, async () => fresh())

  test.each(['edges', 'posts', 'feed'] as const)(
    'any history of %s gives the results of the memory reference',
    async (theme) => {
      await demandAnswersOfMemory(theme, histories, async (compare) => compare(await emptied()))
    },
  )
})
