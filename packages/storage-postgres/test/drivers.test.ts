import pg from 'pg'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { createConnection } from '../src/connection.ts'
import { driverOf } from '../src/drivers/open-driver.ts'
import { settingsOf } from '../src/options.ts'

await describeWithPostgres('drivers', {}, (server) => {
  test.each(['pool', 'client', 'sql', 'url'] as const)('%s', async (way) => {
    const url = server().uri
    const client = new pg.Client(url)
    if (way === 'client') await client.connect()
    const options = {
      pool: { pool: new pg.Pool({ connectionString: url }) },
      client: { client },
      sql: { sql: postgres(url) },
      url: { url },
    }[way]
    const settings = settingsOf(options)
    const c = createConnection({ driver: driverOf(settings), ...settings })
    const row = await c.get<Record<string, unknown>>(
      "SELECT @a::text || 'x' AS a, @n::int + 1 AS n, @b::boolean AS b, count(*) AS c, NULL::text AS nu, to_timestamp(@at / 1000.0) AS at, '4713-01-01 BC'::timestamptz AS bc, '275760-09-13'::timestamptz AS late, @list::text[] AS list, sum(3::bigint) AS s",
      { a: 'é', n: 4, b: true, at: 1700000000123, list: ['a"b', 'c\\d', ''] },
    )
    expect(row).toEqual({
      a: 'éx',
      n: 5,
      b: true,
      c: 1,
      nu: null,
      at: 1700000000123,
      bc: Date.UTC(-4712, 0, 1),
      late: 8.64e15,
      list: '{"a\\"b","c\\\\d",""}',
      s: 3,
    })
    expect(
      await c.atomically(async ({ run, get }) => {
        await run('CREATE TEMP TABLE IF NOT EXISTS t (x int)')
        await run('INSERT INTO t VALUES (@x), (@y)', { x: 1, y: 2 })
        return get('SELECT count(*) AS n FROM t')
      }),
    ).toEqual({ n: 2 })
    expect(await c.run('DELETE FROM t')).toBe(2)
    await expect(
      c.atomically(async ({ run }) => {
        await run('CREATE TABLE undone (x int)')
        throw new Error('undo')
      }),
    ).rejects.toThrow('undo')
    await expect(c.get('SELECT * FROM kith.undone')).rejects.toMatchObject({
      code: 'storage-failed',
      detail: expect.stringContaining('migrate'),
    })
    const t0 = performance.now()
    for (let i = 0; i < 500; i++) await c.get('SELECT @x::int AS x', { x: i })
    const t1 = performance.now()
    for (let i = 0; i < 300; i++) await c.atomically(({ get }) => get('SELECT @x::int AS x', { x: i }))
    const t2 = performance.now()
    console.log(way, ((t1 - t0) / 500).toFixed(3), ((t2 - t1) / 300).toFixed(3))
    await c.close()
    await settings.pool
    if (way === 'client') await client.end()
  })
})
