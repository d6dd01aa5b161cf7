import pg from 'pg'
import postgres from 'postgres'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { type Connection, createConnection } from '../src/connection.ts'
import { driverOf } from '../src/drivers/open-driver.ts'
import { type PostgresStorageOptions, settingsOf } from '../src/options.ts'
import { type CommitProxy, startCommitProxy } from './commit-proxy.ts'

vi.setConfig({ testTimeout: 60_000 })

const aCommit = /\bcommit\b/i

await describeWithPostgres('a lost connection', { control: true }, (server) => {
  describe.each(['pg', 'postgres.js'] as const)('through %s', (name) => {
    let proxy: CommitProxy
    let connection: Connection
    let straight: pg.Pool
    let close: () => Promise<void>
    let schema = ''

    beforeEach(async () => {
      proxy = await startCommitProxy(server().port)
      straight = new pg.Pool({ connectionString: server().uri })
      straight.on('error', () => {})
      schema = server().freshSchema()
      await straight.query(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.things (thing int)`)
      const uri = server().uri.replace(String(server().port), String(proxy.port))
      let way: PostgresStorageOptions
      if (name === 'pg') {
        const pool = new pg.Pool({ connectionString: uri })
        pool.on('error', () => {})
        way = { pool }
        close = () => pool.end()
      } else {
        const sql = postgres(uri, { fetch_types: false, onnotice: () => {}, backoff: () => 0.05 })
        way = { sql }
        close = () => sql.end({ timeout: 1 })
      }
      const settings = settingsOf({ ...way, schema })
      connection = createConnection({ ...settings, driver: driverOf(settings) })
    })
    afterEach(async () => {
      proxy.close()
      await Promise.all([close(), straight.end()])
    })

    /** A change that counts how often it was made. */
    let made = 0
    const change = (): Promise<string> =>
      connection.atomically(async ({ run }) => {
        made++
        await run('INSERT INTO kith.things VALUES (@thing)', { thing: 1 })
        return `made ${made}`
      })
    const things = async (): Promise<number> =>
      (await straight.query(`SELECT * FROM ${schema}.things`)).rows.length
    beforeEach(() => void (made = 0))

    test('after its COMMIT was carried out, resolves with the result of the change', async () => {
      proxy.lose(aCommit, 'the answer is lost')
      expect(await change()).toBe('made 1')
      expect(await things()).toBe(1)
    })

    test('before its COMMIT arrived makes the change again', async () => {
      proxy.lose(aCommit, 'the question is lost')
      expect(await change()).toBe('made 2')
      expect(await things()).toBe(1)
    })

    test('before its COMMIT arrived, unnoticed by the server, makes the change again', async () => {
      proxy.lose(aCommit, 'the question is lost in silence')
      expect(await change()).toBe('made 2')
      expect(await things()).toBe(1)
      const { rows } = await straight.query(
        "SELECT 1 FROM pg_stat_activity WHERE state LIKE 'idle in trans%'",
      )
      expect(rows, 'no transaction stays open').toEqual([])
    })

    test('together with its server, after the COMMIT, reports that the outcome is unknown', async () => {
      proxy.lose(aCommit, 'the answer is lost', async () => server().control?.restart())
      await expect(change()).rejects.toMatchObject({
        code: 'storage-unavailable',
        detail: expect.stringMatching(/check before you repeat it/) as unknown,
      })
      expect(made).toBe(1)
      expect(await things()).toBe(1)
    })

    test('in the middle of a transaction makes it again', async () => {
      proxy.lose(/INSERT/, 'the answer is lost')
      expect(await change()).toBe('made 2')
      expect(await things()).toBe(1)
    })

    test('between two statements of a transaction makes it again, and nothing else', async () => {
      const result = await connection.atomically(async ({ run, get }) => {
        made++
        await run('INSERT INTO kith.things VALUES (@thing)', { thing: made })
        if (made === 1) {
          const own = await get<{ pid: number }>('SELECT pg_backend_pid() AS pid')
          await straight.query('SELECT pg_terminate_backend($1)', [own?.pid])
          // Until the client notices.
          await new Promise((resolve) => setTimeout(resolve, 200))
        }
        await run('INSERT INTO kith.things VALUES (@thing)', { thing: made })
        return 'done'
      })
      expect(result).toBe('done')
      const { rows } = await straight.query(`SELECT thing FROM ${schema}.things ORDER BY thing`)
      expect(rows).toEqual([{ thing: 2 }, { thing: 2 }])
    })

    test('during a change of one statement reports that it may have been made, and does not repeat it', async () => {
      proxy.lose(/INSERT/, 'the answer is lost')
      await expect(connection.run('INSERT INTO kith.things VALUES (1)')).rejects.toMatchObject({
        code: 'storage-unavailable',
        detail: expect.stringMatching(/may have been made/) as unknown,
      })
      expect(await things()).toBe(1)
    })

    test('during a read repeats it', async () => {
      proxy.lose(/SELECT 7/, 'the answer is lost')
      expect(await connection.get('SELECT 7 AS seven')).toEqual({ seven: 7 })
      proxy.lose(/SELECT 8/, 'the question is lost')
      expect(await connection.consistently(({ get }) => get('SELECT 8 AS eight'))).toEqual({ eight: 8 })
    })
  })
})
