import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { cheapPasswords } from '@kith/conformance'
import { createKith } from '@kith/core'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { inOneTransaction } from '../../examples/recipes/src/one-transaction.ts'
import { addPet, createPets, petsOf } from '../../examples/recipes/src/own-tables.ts'
import { fastFolder } from '../fast-folder.ts'

test('an account and its pet are created together, or not at all', async () => {
  const folder = mkdtempSync(join(fastFolder, 'kith-one-transaction-'))
  const path = join(folder, 'app.db')
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createSqliteStorage({ path }),
    passwords: cheapPasswords,
  })
  await kith.storage.migrate()
  const database = new DatabaseSync(path)
  onTestFinished(async () => {
    database.close()
    await kith.close()
    rmSync(folder, { recursive: true, force: true })
  })
  createPets(database)
  const come = (username: string, pet: string | null): Promise<string> =>
    inOneTransaction({ kith, database }, async ({ accounts }) => {
      const { id } = await accounts.import({ username, passwordHash: null })
      addPet(database, id, pet as string)
      return id
    })

  const ada = await come('ada', 'Rex')
  expect(petsOf(database, ada)).toEqual([{ name: 'Rex' }])
  expect(await kith.accounts.byId(ada)).toMatchObject({ username: 'ada' })

  await expect(come('bob', null)).rejects.toThrow('NOT NULL')
  expect(database.isTransaction).toBe(false)
  const bob = await come('bob', 'Tom')
  expect(petsOf(database, bob)).toEqual([{ name: 'Tom' }])
})
