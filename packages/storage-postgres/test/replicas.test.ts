import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Storage } from '@kith/core/ports'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { type PostgresStandby, startStandby } from '../../../test/servers/postgres-standby.ts'
import { createPostgresStorage } from '../src/index.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

await describeWithPostgres('reads on a replica', { control: true }, (primary) => {
  const open: { standby?: PostgresStandby; atStandby?: pg.Pool; writer?: Storage; reader?: Storage } = {}
  const made = <Thing>(thing: Thing | undefined): Thing => thing ?? expect.unreachable()
  let schema = ''

  beforeAll(async () => {
    open.standby = await startStandby(primary().port)
    open.atStandby = new pg.Pool({ connectionString: open.standby.uri, max: 1 })
    open.atStandby.on('error', () => {})
    schema = primary().freshSchema()
    // Separate from each other, like two processes: neither knows what the other wrote.
    open.writer = createPostgresStorage({ url: primary().uri, schema })
    open.reader = createPostgresStorage({ url: primary().uri, schema, replicas: [{ url: open.standby.uri }] })
    await open.writer.migrate()
  })
  afterAll(async () => {
    await Promise.all([open.writer?.close(), open.reader?.close(), open.atStandby?.end()])
    await open.standby?.stop()
  })

  async function add(): Promise<string> {
    const id = randomUUID()
    await write(id)
    return id
  }
  const toPrimary = (): pg.Pool => (primaryPool ??= new pg.Pool({ connectionString: primary().uri, max: 4 }))
  let primaryPool: pg.Pool | null = null
  afterAll(() => primaryPool?.end())
  async function write(id: string): Promise<void> {
    await toPrimary().query(
      `INSERT INTO ${schema}.media (id, owner_id, kind, content_type, created_at, state) VALUES ($1, $1, 'image', 'image/png', now(), 'reserved')`,
      [id],
    )
  }
  const sees = async (id: string): Promise<boolean> =>
    (await made(open.reader).media.byOwner(id, { limit: 1, before: null })).length === 1
  const standbySql = (sql: string): Promise<unknown> => made(open.atStandby).query(sql)
  const trouble = async (): Promise<string | null> => made(open.reader).check()

  async function untilInUse(): Promise<void> {
    await vi.waitUntil(
      async () => {
        await made(open.reader).media.byOwner(randomUUID(), { limit: 1, before: null })
        return (await trouble()) === null
      },
      { timeout: 20_000, interval: 50 },
    )
  }

  /** How many reads of media the standby has served. */
  async function served(): Promise<number> {
    const { rows } = await made(open.atStandby).query<{ scans: string }>(
      `SELECT coalesce(sum(seq_scan + coalesce(idx_scan, 0)), 0) AS scans FROM pg_stat_user_tables
        WHERE schemaname = '${schema}' AND relname = 'media'`,
    )
    return Number(rows[0]?.scans)
  }

  /** Writes with one and reads with the other, many concurrently; each read sees what was committed before it. */
  async function demandNoneStale(times: number): Promise<void> {
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let turn = 0; turn < times; turn++) expect(await sees(await add())).toBe(true)
      }),
    )
  }

  test('are served there, and see what other processes have committed before', async () => {
    await untilInUse()
    const before = await served()
    await demandNoneStale(50)
    await vi.waitUntil(async () => (await served()) > before + 20, { timeout: 15_000, interval: 200 })
  })

  test('are served by the primary while the replica is behind, and afterwards by the replica again', async () => {
    await untilInUse()
    await standbySql('SELECT pg_wal_replay_pause()')
    await demandNoneStale(20)
    expect(await trouble()).toMatch(/Replica 0 is not in use: it is behind/)
    await standbySql('SELECT pg_wal_replay_resume()')
    await untilInUse()
    await demandNoneStale(20)
  })

  test('are served there if the log ends at a page boundary', async () => {
    await untilInUse()
    // Other processes also write now and then, so it may take several attempts to reach the boundary.
    await vi.waitUntil(
      async () => {
        const { rows } = await toPrimary().query<{ left: number }>(
          "SELECT (8192 - (pg_current_wal_insert_lsn() - '0/0') % 8192)::int AS left",
        )
        const left = rows[0]?.left ?? 0
        // A message takes 56 bytes plus its content.
        const length = left < 100 ? left + 4_000 : left - 56
        await toPrimary().query("SELECT pg_logical_emit_message(false, '', repeat('x', $1))", [length])
        const { rows: ends } = await toPrimary().query<{ over: number }>(
          "SELECT ((pg_current_wal_insert_lsn() - '0/0') % 8192)::int AS over",
        )
        return ends[0]?.over === 24
      },
      { timeout: 5_000, interval: 1 },
    )
    const began = performance.now()
    await untilInUse()
    expect(performance.now() - began).toBeLessThan(2_000)
    expect(await trouble()).toBe(null)
  })

  test('see what is committed while replay stops and continues at random', async () => {
    let isOver = false
    const pausing = (async () => {
      while (!isOver) {
        await standbySql('SELECT pg_wal_replay_pause()')
        await sleep(Math.random() * 40)
        await standbySql('SELECT pg_wal_replay_resume()')
        await sleep(Math.random() * 200)
      }
    })()
    await demandNoneStale(150).finally(() => (isOver = true))
    await pausing
  })

  test('do not wait for a frozen or dead replica, except for the first one', async () => {
    await untilInUse()
    await made(open.standby).control.freeze()
    await demandNoneStale(2)
    const began = performance.now()
    await demandNoneStale(20)
    expect(performance.now() - began).toBeLessThan(3_000)
    made(open.standby).control.thaw()
    await untilInUse()
    await made(open.standby).control.kill()
    await demandNoneStale(20)
    await made(open.standby).control.restart()
    await demandNoneStale(20)
    await untilInUse()
    await demandNoneStale(20)
  })

  test('are not served by a promoted standby, which then diverges', async () => {
    await untilInUse()
    await standbySql('SELECT pg_promote()')
    await demandNoneStale(20)
    expect(await trouble()).toMatch(/not a standby/)
  })
})
