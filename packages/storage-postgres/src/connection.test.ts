import pg from 'pg'
import postgres from 'postgres'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { type Connection, createConnection } from './connection.ts'
import { driverOf } from './drivers/open-driver.ts'
import { type PostgresStorageOptions, settingsOf } from './options.ts'

vi.setConfig({ testTimeout: 60_000 })

/** Settings of an app, which must not affect Kith. */
const strange = { getTypeParser: () => () => 'parsed by the app' }

const ways: Readonly<Record<string, (url: string, prepare?: boolean) => Promise<PostgresStorageOptions>>> = {
  'a pool of pg': async (url) => {
    const pool = new pg.Pool({ connectionString: url, types: strange })
    onTestFinished(() => pool.end())
    return { pool }
  },
  'a client of pg': async (url) => {
    const client = new pg.Client({ connectionString: url, types: strange })
    await client.connect()
    onTestFinished(() => client.end())
    return { client }
  },
  'postgres.js': async (url, prepare = true) => {
    const shout = { to: 25, from: [25, 16, 23], serialize: () => 'written by the app', parse: () => 'parsed' }
    const sql = postgres(url, { prepare, types: { shout }, onnotice: () => {} })
    onTestFinished(() => sql.end({ timeout: 1 }))
    return { sql }
  },
  'a URL': async (url) => ({ url }),
}

function connect(options: PostgresStorageOptions): Connection {
  const settings = settingsOf(options)
  const driver = driverOf(settings)
  onTestFinished(() => driver.close())
  return createConnection({ ...settings, driver })
}

await describeWithPostgres('a connection', {}, (server) => {
  describe.each(Object.entries(ways))('on %s', (_, open) => {
    test('sends and returns each kind of value, whatever the app has set', async () => {
      const connection = connect(await open(server().uri))
      const row = await connection.get(
        `SELECT @text::text || 'x' AS text, @number::int + 1 AS number, NOT @truth::boolean AS truth, count(*) AS counted,
          sum(3::bigint) AS sum, NULL::int AS nothing, @list::text[] AS list, '{"a": 1}'::json AS json,
          to_timestamp(@at / 1000.0) AS at, '4713-01-01 BC'::timestamptz AS first, '275760-09-13'::timestamptz AS last`,
        { text: "é'\\", number: -4, truth: true, list: ['a"b', 'c\\d', '', 'NULL'], at: 1_700_000_000_123 },
      )
      expect(row).toEqual({
        text: "é'\\x",
        number: -3,
        truth: false,
        counted: 1,
        sum: 3,
        nothing: null,
        list: String.raw`{"a\"b","c\\d","","NULL"}`,
        json: '{"a": 1}',
        at: 1_700_000_000_123,
        first: Date.UTC(-4712, 0, 1),
        last: 8.64e15,
      })
    })

    test('returns the number of changed rows, and those of RETURNING', async () => {
      const connection = connect(await open(server().uri))
      await connection.atomically(async ({ run, all }) => {
        await run('CREATE TEMP TABLE things (thing int) ON COMMIT DROP')
        expect(await run('INSERT INTO things VALUES (@one), (@two)', { one: 1, two: 2 })).toBe(2)
        const changed = await all('UPDATE things SET thing = thing + @by::int RETURNING thing', { by: 1 })
        expect(changed).toEqual([{ thing: 2 }, { thing: 3 }])
        expect(await run('DELETE FROM things WHERE thing = @gone', { gone: 3 })).toBe(1)
      })
    })

    test('rolls back a transaction whose work rejects, and refuses calls after its end', async () => {
      const connection = connect(await open(server().uri))
      const late: { run?: (sql: string) => Promise<number> } = {}
      const undone = connection.atomically(async ({ run }) => {
        late.run = run
        await run('CREATE TABLE never_there (thing int)')
        throw new Error('undo it')
      })
      await expect(undone).rejects.toThrow('undo it')
      await expect(late.run?.('CREATE TABLE never_there (thing int)')).rejects.toThrow(/ended/)
      expect(await connection.get("SELECT to_regclass('never_there')::text AS found")).toEqual({
        found: null,
      })
    })

    test('runs transactions concurrently, or one after the other, and never mixes them', async () => {
      const connection = connect(await open(server().uri))
      const numbers = await Promise.all(
        Array.from({ length: 12 }, () =>
          connection.atomically(async ({ get }) => {
            const ask = () => get<{ number: string }>('SELECT pg_current_xact_id()::text AS number')
            const [first, second] = [await ask(), await ask()]
            expect(second).toEqual(first)
            return first?.number
          }),
        ),
      )
      expect(new Set(numbers).size).toBe(12)
    })

    test('leaves no state on the connections, so that a pooler may use another one for each transaction', async () => {
      const connection = connect({ ...(await open(server().uri, false)), prepare: false })
      await Promise.all(Array.from({ length: 20 }, (_, x) => connection.get('SELECT @x::int AS x', { x })))
      await connection.atomically(({ get }) => get('SELECT pg_advisory_xact_lock(@x::int)', { x: 1 }))
      await connection.consistently(({ get }) => get('SELECT 1 AS one'))
      const traces = `SELECT (SELECT count(*) FROM pg_prepared_statements WHERE name <> '') AS names,
        (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks,
        (SELECT count(*) FROM pg_listening_channels()) AS channels,
        (SELECT count(*) FROM pg_settings WHERE source = 'session') AS settings`
      for (let asked = 0; asked < 5; asked++)
        expect(await connection.get(traces)).toEqual({ names: 0, locks: 0, channels: 0, settings: 0 })
    })

    test('names its statements if it may', async () => {
      const connection = connect({ ...(await open(server().uri)), prepare: true })
      for (let x = 0; x < 3; x++)
        expect(
          await connection.get(
            `SELECT @x::int AS x, (SELECT count(*) FROM pg_prepared_statements WHERE name LIKE @name::text) AS named`,
            { x, name: '%' },
          ),
        ).toMatchObject({ x, named: expect.any(Number) as unknown })
      const { named = 0 } = (await connection.get<{ named: number }>(
        'SELECT count(*) AS named FROM pg_prepared_statements',
      )) ?? { named: 0 }
      expect(named).toBeGreaterThan(0)
    })
  })

  test('lets transactions that block each other both finish, one of them at its second attempt', async () => {
    const connection = connect({ url: server().uri })
    const schema = server().freshSchema()
    await connection.run(`CREATE SCHEMA ${schema}`)
    await connection.run(
      `CREATE TABLE ${schema}.things AS SELECT * FROM (VALUES (1, 0), (2, 0)) AS things (id, times)`,
    )
    let runs = 0
    const both = Promise.withResolvers<void>()
    const touch = (first: number, second: number) =>
      connection.atomically(async ({ run }) => {
        runs++
        const step = (id: number) =>
          run(`UPDATE ${schema}.things SET times = times + 1 WHERE id = @id`, { id })
        await step(first)
        if (runs === 2) both.resolve()
        await both.promise
        await step(second)
      })
    await Promise.all([touch(1, 2), touch(2, 1)])
    expect(runs).toBe(3)
    expect(await connection.all(`SELECT times FROM ${schema}.things`)).toEqual([{ times: 2 }, { times: 2 }])
  })

  test('checks again if another transaction was first with a name, and gives up on a permanent conflict', async () => {
    const connection = connect({ url: server().uri })
    const schema = server().freshSchema()
    await connection.run(`CREATE SCHEMA ${schema}`)
    await connection.run(`CREATE TABLE ${schema}.names (name text PRIMARY KEY)`)
    const insert = `INSERT INTO ${schema}.names VALUES ('one')`
    await connection.run(insert)
    let runs = 0
    await expect(
      connection.atomically(({ run }) => {
        runs++
        return run(insert)
      }),
    ).rejects.toMatchObject({ code: 'storage-failed' })
    expect(runs).toBe(3)
  })

  test('refuses a statement with a missing value', async () => {
    const connection = connect({ url: server().uri })
    await expect(connection.get('SELECT @missing::int')).rejects.toThrow(/@missing/)
  })
})
