import { DatabaseSync } from 'node:sqlite'
import { cheapPasswords } from '@kith/conformance'
import { createKith, type Kith } from '@kith/core'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { addPet, createPets, ownersOf, petsOf } from '../../examples/recipes/src/own-tables.ts'

interface App {
  kith: Kith
  database: DatabaseSync
  log: string[]
  /** Creates an account and returns its id. */
  join(username: string): Promise<string>
}

async function start(): Promise<App> {
  const database = new DatabaseSync(':memory:')
  onTestFinished(() => database.close())
  const log: string[] = []
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createSqliteStorage({ database }),
    passwords: cheapPasswords,
    logger: { warn: (line) => log.push(String(line)), error: (line) => log.push(String(line)) },
  })
  onTestFinished(() => kith.close())
  await kith.storage.migrate()
  return {
    kith,
    database,
    log,
    join: async (username) => (await kith.accounts.import({ username, passwordHash: null })).id,
  }
}

const rowsOf = (database: DatabaseSync): unknown =>
  database.prepare('SELECT count(*) AS users FROM kith_users').get()?.['users']

test('rows that refer to an account are deleted with it', async () => {
  const { kith, database, log, join } = await start()
  createPets(database)
  const [ada, bob] = [await join('ada'), await join('bob')]
  addPet(database, ada, 'Rex')
  addPet(database, bob, 'Tom')
  expect(petsOf(database, ada)).toEqual([{ name: 'Rex' }])
  expect(ownersOf(database, 'Tom')).toEqual([bob])

  await kith.accounts.remove(ada)
  await kith.settled()
  expect(petsOf(database, ada)).toEqual([])
  expect(petsOf(database, bob)).toEqual([{ name: 'Tom' }])
  expect(() => addPet(database, ada, 'Rex')).toThrow('FOREIGN KEY constraint failed')
  expect(() => addPet(database, kith.accounts.shadowId('nobody'), 'Rex')).toThrow('FOREIGN KEY')
  expect(log).toEqual([])
  // A deletion finds them with the index.
  const plan = database
    .prepare('EXPLAIN QUERY PLAN SELECT 1 FROM pets WHERE owner = ?')
    .all(new Uint8Array(16))
  expect(plan).toMatchObject([{ detail: expect.stringContaining('pets_by_owner') as string }])
})

test('a transaction of the app that ends before any waiting does not disturb calls of Kith, and one that waits does', async () => {
  const { kith, database, join } = await start()
  createPets(database)
  const ada = await join('ada')
  const calls = Array.from({ length: 50 }, (_, index) => join(`user${index}`))
  for (let index = 0; index < 50; index++) {
    database.exec('BEGIN')
    addPet(database, ada, `Rex ${index}`)
    database.exec('COMMIT')
    await Promise.resolve()
  }
  await Promise.all(calls)
  expect(petsOf(database, ada)).toHaveLength(50)

  database.exec('BEGIN')
  await expect(join('bob')).rejects.toMatchObject({
    code: 'storage-failed',
    detail: expect.stringContaining('The app has a transaction open') as string,
  })
  database.exec('ROLLBACK')
  await join('bob')
  expect(await kith.accounts.find('bob')).not.toBeNull()
})

test('a foreign key without an action keeps the row of a deleted account, and upkeep reports that until it is fixed', async () => {
  const { kith, database, log, join } = await start()
  database.exec(
    'CREATE TABLE pets (owner BLOB NOT NULL REFERENCES kith_users (id), name TEXT NOT NULL) STRICT',
  )
  const ada = await join('ada')
  addPet(database, ada, 'Rex')
  await kith.accounts.remove(ada)
  await kith.settled()
  // Hidden from everyone, but still stored.
  expect(await kith.accounts.byId(ada)).toBe(null)
  expect(rowsOf(database)).toBe(1)
  expect(log).toMatchObject([expect.stringContaining('could not be completed')])
  expect(await kith.upkeep.run()).toMatchObject({ accounts: 0, failed: ['accounts'] })
  expect(log.slice(1)).toMatchObject([expect.stringContaining('The step "accounts" of upkeep failed')])
  expect(petsOf(database, ada)).toHaveLength(1)

  database.exec('DELETE FROM pets')
  expect(await kith.upkeep.run()).toMatchObject({ accounts: 1, failed: [] })
  expect(rowsOf(database)).toBe(0)
})
