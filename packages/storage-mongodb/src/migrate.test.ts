import { noticed } from '../test/notice-time.ts'
import { type Db, MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { sampleCredential, sampleSession, sampleUser } from '../../../test/kit-samples.ts'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { credentialDocument } from './credential-document.ts'
import { createMongoStorage } from './index.ts'
import { indexes } from './schema.ts'
import { sessionDocument } from './session-document.ts'
import { toStored } from './stored-ids.ts'
import { userDocument } from './user-document.ts'

await describeWithMongo('migrate', {}, (mongo) => {
  let client: MongoClient
  beforeAll(async () => {
    client = await MongoClient.connect(mongo().uri)
  })
  afterAll(() => client.close())

  function fresh() {
    const name = mongo().freshDatabase()
    const storage = createMongoStorage({ client, database: name, timeoutMillis: 20_000 })
    return { storage, database: client.db(name) }
  }

  /** Accounts as another program may have left them, without unique fields. */
  async function importUsers(database: Db, all: { id: string; [field: string]: unknown }[]): Promise<void> {
    const absent = { username: null, email: null, phone: null }
    const rows = all.map(({ id, ...fields }) => ({
      ...userDocument(sampleUser({ ...absent, id })),
      ...fields,
    }))
    await database.collection<{ _id: string }>('kith_users').insertMany(rows)
  }

  test('treats these fields as unique, and no others', () => {
    const unique = Object.entries(indexes).flatMap(([collection, all]) =>
      all.flatMap((index) => (index.unique ? [`${collection}.${index.name}`] : [])),
    )
    expect(unique).toEqual([
      'users.username',
      'users.names',
      'users.email',
      'users.phone',
      'credentials.subject',
    ])
  })

  test.each(['username', 'email', 'phone'])(
    'refuses accounts with the same %s, and lists them with the solution',
    async (field) => {
      const { storage, database } = fresh()
      const value = 'ada@example.com'
      await importUsers(database, [
        { id: 'one', [field]: value },
        { id: 'two', [field]: value },
        { id: 'three', [field]: 'another' },
        { id: 'four' },
        { id: 'five' },
      ])
      const error: unknown = await storage.migrate().catch((reason: unknown) => reason)
      expect(error).toMatchObject({
        code: 'storage-failed',
        detail:
          `Accounts in kith_users share what has to be unique: one ${field}: one, two. ` +
          'No account was changed: give all but one of each group another value, or none, and run kith.storage.migrate() again.',
      })
      // The value itself is not revealed.
      expect(JSON.stringify([String(error), error])).not.toContain(value)
      await expect(storage.users.byId('one')).rejects.toMatchObject({ code: 'storage-failed' })
      expect(await database.collection('kith_users').countDocuments({ [field]: value })).toBe(2)

      await database
        .collection<{ _id: string }>('kith_users')
        .updateOne({ _id: 'two' }, { $unset: { [field]: '' } })
      await storage.migrate()
      expect(await storage.users.byId('two')).toMatchObject({ [field]: null })
    },
  )

  test('refuses credentials with the same kind and subject, and lists them', async () => {
    const { storage, database } = fresh()
    const rows = database.collection<{ _id: string }>('kith_credentials')
    const subject = 'ada@elsewhere'
    const added = (_id: string, kind: string) => ({
      ...credentialDocument(sampleCredential({ kind, subject })),
      _id,
    })
    await rows.insertMany([added('one', 'oidc'), added('two', 'oidc'), added('three', 'totp')])
    const error: unknown = await storage.migrate().catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'storage-failed',
      detail:
        'Credentials in kith_credentials share what has to be unique: one kind and subject: one, two. ' +
        'No credential was changed: give all but one of each group another value, or none, and run kith.storage.migrate() again.',
    })
    expect(JSON.stringify([String(error), error])).not.toContain(subject)
    await rows.deleteOne({ _id: 'two' })
    await storage.migrate()
  })

  test('lists up to 20 groups of accounts for a field, and says if there are more', async () => {
    const { storage, database } = fresh()
    const pairs = Array.from({ length: 21 }, (_, n) =>
      [`a${n}`, `b${n}`].map((id) => ({ id, email: `${n}@` })),
    )
    await importUsers(database, [...pairs.flat(), { id: 'x', username: null }, { id: 'y', username: null }])
    const { detail } = (await storage.migrate().catch((error: unknown) => error)) as { detail: string }
    expect(detail.match(/one email: (\w+), (\w+)/g)).toHaveLength(20)
    expect(detail).toContain('; and more with one email')
    expect(detail).toContain('one username: x, y;')
  })

  test('refuses a different index with a name of Kith, with the solution', async () => {
    const { storage, database } = fresh()
    await database.collection('kith_users').createIndex({ email: -1 }, { name: 'email' })
    await expect(storage.migrate()).rejects.toMatchObject({
      code: 'storage-failed',
      detail: 'kith_users has another index by a name of Kith, or the same one by another name: drop it.',
    })
    await database.collection('kith_users').dropIndex('email')
    await storage.migrate()
  })

  test('adds the unique names to accounts of version 1', async () => {
    const { storage, database } = fresh()
    await storage.migrate()
    await storage.users.create(sampleUser({ id: 'one', username: 'ada' }))
    await storage.users.create(sampleUser({ id: 'two', username: null }))
    const users = database.collection<{ _id: string }>('kith_users')
    await users.updateMany({}, { $unset: { names: '' } })
    await database
      .collection<{ _id: string }>('kith_schema')
      .updateOne({}, { $set: { version: 1 }, $unset: { applied: '' } })
    const old = createMongoStorage({ client, database: database.databaseName, timeoutMillis: 20_000 })
    await expect(old.users.byId('one')).rejects.toMatchObject({ code: 'storage-failed' })
    await old.migrate()
    expect(await users.find({}, { projection: { names: 1 } }).toArray()).toEqual([
      { _id: 'one', names: ['ada'] },
      { _id: 'two' },
    ])
    const hold = { now: new Date(), until: new Date(Date.now() + 60_000) }
    await old.users.update('one', { username: 'eva' }, hold)
    expect(await old.users.create(sampleUser({ username: 'ada' }), hold.now)).toMatchObject({
      outcome: 'taken',
    })
  })

  test('reads accounts and sessions of earlier releases as members in their first epoch, proved by a password', async () => {
    const { storage, database } = fresh()
    await storage.migrate()
    const { role: _role, sessionEpoch: _epoch, ...old } = userDocument(sampleUser({ id: 'ada' }))
    const opened = sessionDocument(sampleSession({ userId: 'ada' }))
    const { epoch: _since, provedAt: _at, methods: _methods, boundKey: _key, ...session } = opened
    await database.collection<{ _id: string }>('kith_users').insertOne(old)
    await database.collection<{ _id: string }>('kith_sessions').insertOne(toStored(session))
    expect(await storage.users.byId('ada')).toMatchObject({ role: 'member', sessionEpoch: 0 })
    const proved = { provedAt: session.createdAt, methods: ['pwd'], boundKey: null }
    expect(await storage.sessions.byId(session._id)).toMatchObject({ epoch: 0, ...proved })
    const { _id: id, generation, rotatedAt: now, expiresAt } = session
    const step = { id, generation, boundKey: null, now, expiresAt, address: null, userAgent: null }
    expect(await storage.sessions.rotate(step)).toMatchObject({ rotated: true, session: proved })
    const bound = { id, userId: 'ada', key: 'key', now: session.createdAt }
    expect(await storage.sessions.bind(bound)).toBe(true)
    await storage.users.update('ada', { endSessions: true, role: 'admin' })
    expect(await storage.users.byId('ada')).toMatchObject({ role: 'admin', sessionEpoch: 1 })
  })

  test('refuses a database of a newer release, and so does every call', async () => {
    const { storage, database } = fresh()
    await storage.migrate()
    const schema = database.collection<{ _id: string }>('kith_schema')
    await schema.updateOne({ _id: 'schema' }, { $set: { version: 8 } })
    const refused = {
      code: 'storage-unavailable',
      detail: expect.stringContaining('schema 8 of a newer release'),
    }
    await expect(storage.migrate()).rejects.toMatchObject(refused)
    const { databaseName: name } = database
    const late = createMongoStorage({ client, database: name, timeoutMillis: 20_000 })
    await expect(late.users.byId('one')).rejects.toMatchObject(refused)
    // A running process detects it by itself.
    await vi.waitFor(() => expect(storage.users.byId('one')).rejects.toMatchObject(refused), 20_000)
  })

  test('works with a newer schema that only adds', async () => {
    const { storage, database } = fresh()
    await storage.migrate()
    const schema = database.collection<{ _id: string }>('kith_schema')
    await schema.updateOne({ _id: 'schema' }, { $set: { applied: 9 } })
    const late = createMongoStorage({ client, database: database.databaseName, timeoutMillis: 20_000 })
    await late.migrate()
    expect(await late.users.byId('one')).toBeNull()
    expect(await schema.findOne({})).toMatchObject({ version: 4, applied: 9 })
  })

  test('reports what it would do, and its progress', async () => {
    const { storage, database } = fresh()
    await storage.migrate()
    await importUsers(
      database,
      Array.from({ length: 600 }, (_, n) => ({ id: sampleUser().id, username: `name-${n}` })),
    )
    const users = database.collection<{ _id: string }>('kith_users')
    await users.updateMany({}, { $unset: { names: '' } })
    await database
      .collection<{ _id: string }>('kith_schema')
      .updateOne({}, { $set: { version: 1 }, $unset: { applied: '' } })
    await database.collection('kith_sessions').dropIndex('ended')
    expect(await storage.plan()).toEqual([
      { name: 'collection kith_sessions', total: 1 },
      { name: 'releases before schema 4 are kept out', total: 1 },
      { name: 'ids of users', total: 600 },
      { name: 'what schema 3 had besides', total: 1 },
      { name: 'usernames of accounts', total: 600 },
      { name: 'schema 7', total: 1 },
    ])
    const seen: number[] = []
    noticed.length = 0
    const cut = storage.migrate({
      progress({ step, done }) {
        if (step !== 'usernames of accounts') return
        seen.push(done)
        if (done === 500) throw new Error('cut off')
      },
    })
    await expect(cut).rejects.toThrow('cut off')
    expect(noticed, 'those that look every 5 seconds, and a call of theirs, have had the time').toEqual([
      10_000,
    ])
    expect(await storage.plan()).toContainEqual({ name: 'usernames of accounts', total: 100 })
    await storage.migrate()
    expect(noticed, 'once').toHaveLength(1)
    expect(seen).toEqual([0, 500])
    expect(await storage.plan()).toEqual([])
    expect(await users.countDocuments({ names: { $exists: false } })).toBe(0)
  })
})
