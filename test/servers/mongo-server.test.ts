import { setTimeout as sleep } from 'node:timers/promises'
import { type Collection, MongoClient } from 'mongodb'
import { expect, onTestFinished, test } from 'vitest'
import { describeWithMongo } from './describe-servers.ts'
import { factsOf } from './mongo-facts.ts'
import { accepts } from './port.ts'

async function collectionAt(uri: string, name: string): Promise<Collection<{ _id: number }>> {
  const client = await MongoClient.connect(uri, { serverSelectionTimeoutMS: 5_000 })
  onTestFinished(() => client.close())
  return client.db(name).collection('things')
}

await describeWithMongo('a replica set', {}, (mongo) => {
  test('is what its address and its own words say', async () => {
    const { uri, topology, description } = mongo()
    const facts = await factsOf(uri)
    expect(facts.topology).toBe(topology)
    expect(topology).not.toBe('standalone')
    expect(description).toContain(facts.server)
    expect(description).toContain(facts.shape)
  })

  test('gives each test a database of its own', async () => {
    const [first, second] = [mongo().freshDatabase(), mongo().freshDatabase()]
    expect(first).not.toBe(second)
    await (await collectionAt(mongo().uri, first)).insertOne({ _id: 1 })
    expect(await (await collectionAt(mongo().uri, second)).countDocuments()).toBe(0)
  })
})

await describeWithMongo('a standalone server', { topology: 'standalone' }, (mongo) => {
  test('is in no replica set', async () => {
    expect(mongo().topology).toBe('standalone')
    expect((await factsOf(mongo().uri)).setName).toBeUndefined()
  })
})

await describeWithMongo('a server with test commands', { testCommands: true }, (mongo) => {
  test('fails a command when told to', async () => {
    const client = await MongoClient.connect(mongo().uri, { appName: 'failing', retryReads: false })
    onTestFinished(() => client.close())
    const data = { failCommands: ['find'], errorCode: 91, appName: 'failing' }
    await client.db('admin').command({ configureFailPoint: 'failCommand', mode: { times: 1 }, data })
    const things = client.db(mongo().freshDatabase()).collection('things')
    await expect(things.findOne()).rejects.toMatchObject({ code: 91 })
    expect(await things.findOne()).toBeNull()
  })
})

await describeWithMongo('a server of our own', { control: true, syncOnCommit: true }, (mongo) => {
  test('comes back after a kill with what it had acknowledged, at the same address', async () => {
    const { uri, control, port } = mongo()
    const name = mongo().freshDatabase()
    const before = await collectionAt(uri, name)
    for (let _id = 1; _id <= 20; _id++) await before.insertOne({ _id }, { writeConcern: { w: 'majority' } })
    const pid = control?.pid
    await control?.kill()
    expect(await accepts(port)).toBe(false)
    await control?.restart()
    expect(control?.pid).not.toBe(pid)
    expect(await (await collectionAt(uri, name)).countDocuments()).toBe(20)
  })

  test('answers nothing while frozen and all of it when thawed', async () => {
    const { uri, control } = mongo()
    const things = await collectionAt(uri, mongo().freshDatabase())
    await things.insertOne({ _id: 1 })
    await control?.freeze()
    const count = things.countDocuments()
    expect(await Promise.race([count, sleep(300, 'silence')])).toBe('silence')
    control?.thaw()
    expect(await count).toBe(1)
  })
})
