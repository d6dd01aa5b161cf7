import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import type { Storage } from '@kith/core/ports'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type MongoServer, mongoMissing, startMongo } from '../../../test/servers/mongo-server.ts'
import { createMongoStorage } from './index.ts'

const options = { topology: 'standalone', auth: true } as const
const secret = 'pass-phrase-of-the-database'
const missing = await mongoMissing(options)

describe.skipIf(missing !== null)('a server that requires a user and a password', () => {
  const storagePath = mkdtempSync(join(tmpdir(), 'kith-credentials-'))
  let server: MongoServer | null = null

  beforeAll(async () => {
    const open = await startMongo({ topology: 'standalone', storagePath })
    const client = await MongoClient.connect(open.uri)
    const make = (createUser: string, role: string) =>
      client.db('admin').command({ createUser, pwd: secret, roles: [{ role, db: 'app' }] })
    await make('app', 'readWrite')
    await make('reader', 'read')
    await client.close()
    await open.stop()
    server = await startMongo({ ...options, storagePath })
  }, 120_000)
  afterAll(async () => {
    await server?.stop()
    rmSync(storagePath, { recursive: true, force: true })
  })

  function storageOf(userInfo: string, prefix = 'kith_'): Storage {
    const uri = `mongodb://${userInfo}127.0.0.1:${server?.port}/?authSource=admin`
    return createMongoStorage({ uri, database: 'app', prefix, timeoutMillis: 20_000 })
  }

  /** The error of a call. However it is logged, it does not contain the password. */
  async function refusalOf(work: Promise<unknown>): Promise<unknown> {
    const error = await work.then(
      () => null,
      (reason: unknown) => reason,
    )
    const written = [inspect(error, { depth: 20, showHidden: true }), JSON.stringify(error)].join()
    expect(written).not.toContain(secret)
    return error
  }

  test('accepts the right user, who only needs permission to read and write', async () => {
    const storage = storageOf(`app:${secret}@`)
    await storage.migrate()
    expect(await storage.users.byId('nobody')).toBeNull()
    await storage.close()
  })

  test.each([
    ['a wrong password', `app:not-the-${secret}@`],
    ['a user that is not there', `nobody:${secret}@`],
  ])('%s: a permanent failure that says why', async (_, userInfo) => {
    const storage = storageOf(userInfo)
    const refusal = {
      code: 'storage-failed',
      status: 500,
      detail: 'The server refused the user or the password of the connection.',
      cause: { code: 18 },
    }
    expect(await refusalOf(storage.migrate())).toMatchObject(refusal)
    expect(await refusalOf(storage.users.byId('nobody'))).toMatchObject(refusal)
    await storage.close()
  })

  test.each([
    ['nobody in particular', ''],
    ['a user who may only read', `reader:${secret}@`],
  ])('%s: a failure that names the missing role', async (_, userInfo) => {
    // If there is nothing to migrate, reading is enough.
    const storage = storageOf(userInfo, 'other_')
    expect(await refusalOf(storage.migrate())).toMatchObject({
      code: 'storage-failed',
      detail: 'The user of the connection may not do this: give it the role readWrite on the database.',
      cause: { code: 13 },
    })
    await storage.close()
  })

  test.each([
    ['is not one', `http://app:${secret}@127.0.0.1/`],
    ['has no host', `mongodb://app:${secret}@`],
    ['has a password that is not escaped', `mongodb://app:${secret}/?@127.0.0.1`],
    ['has half an escape in it', `mongodb://app:${secret}%@127.0.0.1`],
    ['has a user that is not escaped', `mongodb://${secret}#:${secret}@127.0.0.1`],
    ['has an option that there is not', `mongodb://app:${secret}@127.0.0.1/?sudo=${secret}`],
  ])('a connection string that %s: a failure without the password in it', async (_, uri) => {
    const storage = createMongoStorage({ uri, database: 'app' })
    expect(await refusalOf(storage.migrate())).toMatchObject({
      code: 'storage-failed',
      detail: 'The driver cannot read the uri: see the cause of this error in the log.',
      cause: expect.any(Error),
    })
    await storage.close()
  })
})
