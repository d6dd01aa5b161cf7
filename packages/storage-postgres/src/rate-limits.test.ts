import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, test, vi } from 'vitest'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { wait } from '../../../test/shared-server/mirrors.ts'
import {
  freshPlace,
  openConnectedLimits,
  openPool,
  openRateLimits,
  type PostgresPlace,
} from '../test/shared-instances.ts'
import { createPostgresRateLimits, createPostgresRevocations } from './index.ts'

vi.setConfig({ testTimeout: 30_000 })

const rules = [
  { limit: 2, windowSeconds: 60 },
  { limit: 200, windowSeconds: 3_600 },
]

test('rejects invalid options', () => {
  const pool = new pg.Pool()
  expect(() => createPostgresRateLimits({ pool, whenUnreachable: '' as 'open' })).toThrow(TypeError)
  expect(() => createPostgresRateLimits({} as never)).toThrow(TypeError)
})

await describeWithPostgres('rate limits on PostgreSQL', {}, (postgres) => {
  const freshly = (): Promise<PostgresPlace> => freshPlace(postgres())
  const countIn = async (place: PostgresPlace, pool: pg.Pool): Promise<number> => {
    const { rows } = await pool.query(`SELECT 1 FROM ${place.schema}.rate_limits`)
    return rows.length
  }

  test('closing ends the connections that they opened themselves, and more than once does no harm', async () => {
    const place = await freshly()
    const uri = `${place.uri}?application_name=${place.schema}`
    const open = [
      createPostgresRateLimits({ url: uri, schema: place.schema }),
      createPostgresRevocations({ url: uri, schema: place.schema }),
    ]
    const pool = openPool(place)
    const count = async (): Promise<unknown> =>
      (await pool.query('SELECT 1 FROM pg_stat_activity WHERE application_name = $1', [place.schema]))
        .rowCount
    for (const each of open) expect(await each.check()).toBeNull()
    expect(await count()).toBeGreaterThanOrEqual(2)
    for (const each of [...open, ...open]) await each.close()
    await expect.poll(count, { timeout: 10_000 }).toBe(0)
  })

  test('constructing them sends nothing, and without limits nothing is sent', async () => {
    const pool = openPool(await freshly())
    const limits = createPostgresRateLimits({ pool })
    expect(await limits.hit('a', [], new Date())).toEqual({ allowed: true, retryAfterSeconds: 0 })
    await limits.reset([])
    await wait(20)
    expect(pool.totalCount).toBe(0)
  })

  test('no name or address is stored, and a row expires a second after its windows, whatever the clock of the caller', async () => {
    const place = await freshly()
    const pool = openPool(place)
    const limits = await openConnectedLimits(place)
    for (let attempt = 0; attempt < 4; attempt++) await limits.hit('ada@example.com', rules, new Date(1_000))
    const { rows } = await pool.query<{ text: string; left: string }>(
      `SELECT r::text AS text, extract(epoch FROM over_at - now()) AS left FROM ${place.schema}.rate_limits r`,
    )
    expect(rows).toHaveLength(1)
    expect(rows[0]?.text).not.toContain('ada')
    expect(Number(rows[0]?.left)).toBeGreaterThan(55)
    expect(Number(rows[0]?.left)).toBeLessThanOrEqual(61)
    await limits.reset(['ada@example.com'])
    expect(await countIn(place, pool)).toBe(0)
  })

  test('expired subjects are removed while new ones arrive', async () => {
    const place = await freshly()
    const pool = openPool(place)
    const limits = await openConnectedLimits(place)
    // A few at a time, because the server has a second for each, even on a busy machine.
    async function spray(): Promise<void> {
      for (let count = 0; count < 300; count += 10)
        await Promise.all(Array.from({ length: 10 }, () => limits.hit(randomUUID(), rules, new Date())))
    }
    await spray()
    await pool.query(`UPDATE ${place.schema}.rate_limits SET over_at = now() - interval '1 second'`)
    await spray()
    // Two for each new one, except for those that others were removing at the same moment.
    expect(await countIn(place, pool)).toBeLessThan(400)
    for (let attempt = 0; attempt < 60; attempt++) await limits.hit('one', rules, new Date())
    expect(await countIn(place, pool)).toBe(301)
  })

  test('attempts of a subject that is removed meanwhile are still counted', async () => {
    const place = await freshly()
    const pool = openPool(place)
    const limits = await openConnectedLimits(place)
    for (let round = 0; round < 5; round++) {
      const subjects = Array.from({ length: 6 }, () => randomUUID())
      await Promise.all(subjects.map((subject) => limits.hit(subject, rules, new Date())))
      await pool.query(`UPDATE ${place.schema}.rate_limits SET over_at = now() - interval '1 second'`)
      // Its windows follow the clock of the caller, which is behind: then it starts again, or continues, and is refused no more than that.
      const answers = await Promise.all(
        subjects.flatMap((subject) => [1, 2, 3].map(() => limits.hit(subject, rules, new Date()))),
      )
      const allowed = answers.filter((answer) => answer.allowed).length
      expect(allowed).toBeGreaterThanOrEqual(subjects.length)
      expect(allowed).toBeLessThanOrEqual(2 * subjects.length)
    }
  })

  test('a full disk refuses no one: each process counts separately, and logs that once', async () => {
    const place = await freshly()
    const pool = openPool(place)
    await pool.query(
      `CREATE FUNCTION ${place.schema}.full() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$;
      CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE OR DELETE ON ${place.schema}.rate_limits
        EXECUTE FUNCTION ${place.schema}.full()`,
    )
    const limits = openRateLimits(place)
    const single = [{ limit: 1, windowSeconds: 60 }]
    const attempts = await Promise.all([1, 2].map(() => limits.hit('a', single, new Date())))
    expect(attempts.filter(({ allowed }) => allowed)).toHaveLength(1)
    await limits.reset(['a'])
    expect(await limits.hit('a', single, new Date())).toEqual({ allowed: true, retryAfterSeconds: 0 })
    expect(limits.warnings.map(([line]) => line)).toEqual([expect.stringContaining('disk')])
    await pool.query(`DROP TRIGGER full_disk ON ${place.schema}.rate_limits`)
    expect(await limits.hit('b', single, new Date())).toMatchObject({ allowed: true })
    expect(await countIn(place, pool)).toBe(1)
  })
})
