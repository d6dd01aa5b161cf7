import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { numberOfHistories } from '../../../test/histories.ts'
import { demandLivesOfMemory } from '../../../test/lived-histories.ts'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { audit } from './audit.ts'
import { useStorages } from './emptied-storage.ts'
import { fastFolder } from '../../../test/fast-folder.ts'

const histories = numberOfHistories(1)
const temporaryDirectory = mkdtempSync(join(fastFolder, 'kith-society-'))
afterAll(() => rmSync(temporaryDirectory, { recursive: true, force: true }))

for (const topology of ['replica-set', 'standalone'] as const) {
  await describeWithMongo(`any history of a society, on a ${topology}`, { topology }, (mongo) => {
    const { emptied, database } = useStorages(mongo)
    // The server that most machines run it on is slow.
    test(
      'reads the same as from the memory reference',
      { timeout: 60_000 + histories * 30_000 },
      async () => {
        await demandLivesOfMemory({
          histories,
          deeds: 60,
          temporaryDirectory,
          async live(inStorage) {
            await inStorage(await emptied(), async () => {
              const rows = await database().collection('kith_media').find().toArray()
              return rows.map(({ _id }) => String(_id))
            })
            expect(await audit(database())).toEqual([])
          },
        })
      },
    )
  })
}
