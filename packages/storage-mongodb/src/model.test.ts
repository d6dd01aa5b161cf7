import { expect, test, vi } from 'vitest'
import { demandAnswersOfMemory, numberOfHistories, themes } from '../../../test/histories.ts'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { audit } from '../test/audit.ts'
import { useStorages } from '../test/emptied-storage.ts'

const histories = numberOfHistories(8)
// The server that most machines run it on is slow.
vi.setConfig({ testTimeout: 60_000 + histories * 20_000 })

for (const topology of ['replica-set', 'standalone'] as const) {
  await describeWithMongo(`any history on a ${topology}`, { topology }, (mongo) => {
    const { emptied, database } = useStorages(mongo)
    test.each(themes)('of %s gives the results of the memory reference', async (theme) => {
      await demandAnswersOfMemory(theme, histories, async (compare) => {
        await compare(await emptied())
        expect(await audit(database())).toEqual([])
      })
    })
  })
}
