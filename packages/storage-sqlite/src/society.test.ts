import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, test } from 'vitest'
import { numberOfHistories } from '../../../test/histories.ts'
import { demandLivesOfMemory } from '../../../test/lived-histories.ts'
import { fromHex } from './ids.ts'
import { createSqliteStorage } from './index.ts'
import { fastFolder } from '../../../test/fast-folder.ts'

const histories = numberOfHistories(80)
const temporaryDirectory = mkdtempSync(join(fastFolder, 'kith-society-'))
afterAll(() => rmSync(temporaryDirectory, { recursive: true, force: true }))

test(
  'any history of a society reads the same from SQLite as from the memory reference',
  async () => {
    await demandLivesOfMemory({
      histories,
      deeds: 120,
      temporaryDirectory,
      async live(inStorage) {
        const database = new DatabaseSync(':memory:')
        const storage = createSqliteStorage({ database })
        await storage.migrate()
        await inStorage(storage, async () =>
          database
            .prepare('SELECT hex(id) AS id FROM kith_media')
            .all()
            .map((row) => fromHex(String(row['id']))),
        )
        database.close()
      },
    })
  },
  30_000 + histories * 5_000,
)
