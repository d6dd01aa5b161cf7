import { randomUUID } from 'node:crypto'
import { RetryLaterError } from '@kith/core'
import pg from 'pg'
import { expect, test, vi } from 'vitest'
import { closeLater } from '../../../test/servers/close-later.ts'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { startProxy } from '../../../test/servers/proxy.ts'
import { inAMinute, timed, trusts, until, untilTrusted, wait } from '../../../test/shared-server/mirrors.ts'
import {
  freshPlace,
  openConnected,
  openPool,
  openRevocations,
  type PostgresPlace,
  through,
} from '../test/shared-instances.ts'
import { createPostgresRevocations } from './index.ts'

vi.setConfig({ testTimeout: 30_000 })

test('rejects invalid options', () => {
  const pool = new pg.Pool()
  for (const wrong of [
    { whenUnreachable: 'ajar' },
    { listen: 'mysql://somewhere' },
    { schema: 'pg_catalog' },
    { pool: undefined, client: new pg.Client() },
    { pool: undefined },
  ])
    expect(() => createPostgresRevocations({ pool, ...wrong } as never)).toThrow(TypeError)
})

await describeWithPostgres('revocations on PostgreSQL', {}, (postgres) => {
  const freshly = (): Promise<PostgresPlace> => freshPlace(postgres())

  test('constructing one sends nothing', async () => {
    const pool = openPool(await freshly())
    createPostgresRevocations({ pool })
    await wait(20)
    expect(pool.totalCount).toBe(0)
  })

  test('the first check asks the server; once the mirror is complete, checks use the memory, without a statement', async () => {
    const place = await freshly()
    const pool = openPool(place)
    const [one, other] = [await openConnected(place), await openConnected(place, { pool })]
    await one.revoke(['a'], inAMinute())
    const first = other.isRevoked('a')
    expect(first).toBeInstanceOf(Promise)
    expect(await first).toBe(true)
    await untilTrusted(other)
    const taken = vi.spyOn(pool, 'connect')
    for (let check = 0; check < 100; check++) expect(other.isRevoked(randomUUID())).toBe(false)
    expect(other.isRevoked('a')).toBe(true)
    expect(taken).not.toHaveBeenCalled()
  })

  test.each([
    [true, 100],
    [false, 500],
  ])('listen: %s: a revocation reaches the other process within %i ms', async (listen, limit) => {
    const place = await freshly()
    const [one, other] = [await openConnected(place, { listen }), await openConnected(place, { listen })]
    await untilTrusted(one, other)
    const delays: number[] = []
    for (let round = 0; round < 20; round++) {
      const id = randomUUID()
      const start = performance.now()
      await one.revoke([id], inAMinute())
      while (other.isRevoked(id) !== true) await wait(0)
      delays.push(performance.now() - start)
    }
    expect(delays.sort((a, b) => a - b)[10]).toBeLessThan(limit)
  })

  test('the listening connection uses its own URL, separate from the others', async () => {
    const place = await freshly()
    const proxy = await startProxy({ port: postgres().port })
    closeLater(() => proxy.close())
    const pool = openPool(through(proxy, place))
    const one = await openConnected(place, { pool, listen: place.uri })
    await untilTrusted(one)
    expect(proxy.connections).toBe(pool.totalCount)
    await proxy.cut()
    await wait(1_200)
    expect(trusts(one), 'it goes on hearing').toBe(true)
    const id = randomUUID()
    await (await openConnected(place)).revoke([id], inAMinute())
    await until(() => one.isRevoked(id) === true)
  })

  test('a row that is committed later than rows written after it is not missed', async () => {
    const place = await freshly()
    const [one, other] = [await openConnected(place), await openConnected(place)]
    await untilTrusted(one, other)
    const client = await openPool(place).connect()
    for (let round = 0; round < 3; round++) {
      const [early, late] = [randomUUID(), randomUUID()]
      await client.query('BEGIN')
      await client.query(
        `INSERT INTO ${place.schema}.revoked VALUES ($1, now() + interval '1 minute', pg_current_xact_id())`,
        [early],
      )
      await one.revoke([late], inAMinute())
      await until(() => other.isRevoked(late) === true)
      // The mirror reads several times meanwhile, and continues from what it saw.
      await wait(600)
      expect(other.isRevoked(early)).toBe(false)
      await client.query('COMMIT')
      const { millis } = await timed(() => until(() => other.isRevoked(early) === true))
      expect(millis).toBeLessThan(1_000)
      expect(trusts(other)).toBe(true)
    }
    client.release()
  })

  test('revokes thousands of sessions in one call, and reads them back in pages', async () => {
    const place = await freshly()
    const one = await openConnected(place)
    const ids = Array.from({ length: 12_000 }, () => randomUUID())
    await one.revoke(ids, inAMinute())
    const other = openRevocations(place)
    await untilTrusted(other)
    expect(ids.filter((id) => other.isRevoked(id) !== true)).toEqual([])
  })

  test("rows are removed after their end, which is computed from the server's clock and the remaining time", async () => {
    const place = await freshly()
    const pool = openPool(place)
    const kept = async (): Promise<string[]> =>
      (await pool.query<{ key: string }>(`SELECT key FROM ${place.schema}.revoked ORDER BY key`)).rows.map(
        ({ key }) => key,
      )
    const clock = (): Date => new Date('2001-01-01T00:00:00Z')
    const { revoke } = await openConnected(place, { clock })
    // Expired entries stay five minutes longer, for clocks that are behind.
    await revoke(['a', 'b'], new Date(clock().getTime() - 300_000 + 1_000))
    await revoke(['c'], new Date(clock().getTime() + 60_000))
    const { rows } = await pool.query<{ left: string }>(
      `SELECT extract(epoch FROM ends_at - now()) AS left FROM ${place.schema}.revoked WHERE key = 'c'`,
    )
    expect(Number(rows[0]?.left)).toBeGreaterThan(350)
    expect(Number(rows[0]?.left)).toBeLessThanOrEqual(360)
    await wait(1_100)
    await revoke(['d'], new Date(clock().getTime() + 60_000))
    expect(await kept()).toEqual(['c', 'd'])
    await revoke(['e'], new Date(0))
    expect(await kept()).toEqual(['c', 'd'])
  })

  test('schemas separate apps', async () => {
    const [one, other] = [await openConnected(await freshly()), await openConnected(await freshly())]
    await untilTrusted(one, other)
    await one.revoke(['a'], inAMinute())
    await wait(50)
    expect(other.isRevoked('a')).toBe(false)
  })

  test('after close the connection is closed and each check asks the server', async () => {
    const place = await freshly()
    const application_name = `kith-${randomUUID().slice(0, 8)}`
    const pool = openPool(place, { application_name, max: 1 })
    const one = await openConnected(place, { pool })
    await untilTrusted(one)
    const connections = async (): Promise<number> => {
      const { rows } = await pool.query('SELECT 1 FROM pg_stat_activity WHERE application_name = $1', [
        application_name,
      ])
      return rows.length
    }
    expect(await connections()).toBe(2)
    await one.close()
    await until(async () => (await connections()) === 1)
    await one.revoke(['a'], inAMinute())
    expect(await one.isRevoked('b')).toBe(false)
    await wait(50)
    expect([one.isRevoked('a'), trusts(one)]).toEqual([true, false])
  })

  test('a process that was busy for longer than the lease asks the server before it trusts its mirror', async () => {
    const one = await openConnected(await freshly())
    await untilTrusted(one)
    const end = performance.now() + 1_050
    while (performance.now() < end);
    expect(one.isRevoked('nobody')).toBeInstanceOf(Promise)
    await untilTrusted(one)
  })

  test('missing tables, and a role that may not use them, are reported with the solution', async () => {
    const place = { uri: postgres().uri, schema: postgres().freshSchema() }
    const missing = openRevocations(place)
    expect((await timed(() => missing.isRevoked('a'))).error).toMatchObject({
      code: 'storage-failed',
      detail: expect.stringContaining('migrate') as unknown,
    })
    const made = await freshly()
    const role = `stranger_${randomUUID().slice(0, 8)}`
    const admin = openPool(made)
    await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`)
    closeLater(async () => {
      const client = new pg.Client({ connectionString: made.uri })
      await client.connect()
      await client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
      await client.end()
    })
    const uri = new URL(made.uri)
    uri.username = role
    uri.password = 'secret'
    const refused = openRevocations({ ...made, uri: uri.href })
    const { error } = await timed(() => refused.isRevoked('a'))
    expect(error).toBeInstanceOf(RetryLaterError)
    expect(error).toMatchObject({
      code: 'storage-unavailable',
      status: 503,
      detail: expect.stringMatching(/lacks a privilege/) as unknown,
    })
    await until(() => refused.warnings.length === 1)
    await wait(200)
    expect(refused.warnings).toHaveLength(1)
    await admin.query(`GRANT USAGE ON SCHEMA ${made.schema} TO ${role}`)
    await admin.query(
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${made.schema} TO ${role}`,
    )
    // No restart is needed, and nothing else.
    await refused.revoke(['a'], inAMinute())
    await untilTrusted(refused)
  })
})
