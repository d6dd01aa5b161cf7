import { cheapPasswords } from '@kith/conformance'
import { createKith, type Kith } from '@kith/core'
import { createMongoStorage } from '@kith/storage-mongodb'
import { MongoClient } from 'mongodb'
import { expect, onTestFinished, test } from 'vitest'
import { removePetsOfDeleted } from '../../examples/recipes/src/own-collections.ts'
import { describeWithMongo } from '../servers/describe-servers.ts'

await describeWithMongo('a collection of the app next to those of Kith', {}, (mongo) => {
  test('follows account deletions with the outbox, even after a restart', async () => {
    const client = new MongoClient(mongo().uri)
    onTestFinished(() => client.close())
    const database = client.db(mongo().freshDatabase())
    const open = (): Kith =>
      createKith({
        secret: 'a secret of the tests, of 32 characters or more',
        storage: createMongoStorage({ client, database: database.databaseName }),
        passwords: cheapPasswords,
        outbox: { events: ['account.deleted'] },
      })
    const before = open()
    await before.storage.migrate()
    const owners = await Promise.all(
      ['ada', 'bob'].map((username) => before.accounts.import({ username, passwordHash: null })),
    )
    const pets = database.collection('pets')
    await pets.insertMany(owners.map(({ id }) => ({ owner: id, name: 'Rex' })))
    const [ada, bob] = owners.map(({ id }) => id)
    await before.accounts.remove(ada ?? '')
    await before.close()
    expect(await pets.countDocuments()).toBe(2)

    const after = open()
    onTestFinished(() => after.close())
    await removePetsOfDeleted(after, database)
    expect(await pets.distinct('owner')).toEqual([bob])
  })
})
