import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { type PostgresStandby, startStandby } from '../../../test/servers/postgres-standby.ts'
import { createPostgresStorage, type PostgresReplica } from '../src/index.ts'
import type { TestDriver } from './storages.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

/** A port whose connections lead to several servers in turn, like a load balancer. */
async function startBalancer(ports: readonly number[]): Promise<{ port: number; close(): void }> {
  const sockets = new Set<Socket>()
  let turn = 0
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port: ports[turn++ % ports.length] ?? 0, host: '127.0.0.1', noDelay: true })
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('error', () => {})
      from.on('close', () => to.destroy())
      from.pipe(to)
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

await describeWithPostgres('two standbys behind one URL', { control: true }, (primary) => {
  const open: { pool?: pg.Pool; standbys: PostgresStandby[]; pools: pg.Pool[] } = { standbys: [], pools: [] }
  const toPrimary = (): pg.Pool => open.pool ?? expect.unreachable()
  const lagging = (): pg.Pool => open.pools[1] ?? expect.unreachable()

  beforeAll(async () => {
    open.pool = new pg.Pool({ connectionString: primary().uri })
    for (const name of ['one', 'other']) {
      const standby = await startStandby(primary().port, name)
      open.standbys.push(standby)
      open.pools.push(new pg.Pool({ connectionString: standby.uri, max: 1 }))
    }
    for (const pool of [open.pool, ...open.pools]) pool.on('error', () => {})
  })
  afterAll(async () => {
    await Promise.all([toPrimary(), ...open.pools].map((pool) => pool.end()))
    await Promise.all(open.standbys.map((standby) => standby.stop()))
  })

  /** How many reads of media each standby has served. */
  function served(schema: string): Promise<number[]> {
    const scans = `SELECT coalesce(sum(seq_scan + coalesce(idx_scan, 0)), 0)::int AS scans
      FROM pg_stat_user_tables WHERE schemaname = '${schema}' AND relname = 'media'`
    return Promise.all(
      open.pools.map(async (pool) => (await pool.query<{ scans: number }>(scans)).rows[0]?.scans ?? 0),
    )
  }

  const ways: Readonly<Record<TestDriver, (uri: string) => PostgresReplica>> = {
    pg(connectionString) {
      const pool = new pg.Pool({ connectionString, max: 4 })
      pool.on('error', () => {})
      onTestFinished(() => pool.end())
      return { pool }
    },
    'postgres.js'(uri) {
      const sql = postgres(uri, { max: 4, fetch_types: false, onnotice: () => {} })
      onTestFinished(() => sql.end({ timeout: 1 }))
      return { sql }
    },
  }

  test.each(['pg', 'postgres.js'] as const)(
    'serve no read on one of them after a check of the other, through %s',
    async (driver) => {
      const schema = primary().freshSchema()
      const balancer = await startBalancer(open.standbys.map(({ uri }) => Number(new URL(uri).port)))
      onTestFinished(() => balancer.close())
      const replica = ways[driver](`postgres://postgres@127.0.0.1:${balancer.port}/postgres`)
      const storage = createPostgresStorage({ pool: toPrimary(), schema, replicas: [replica] })
      await storage.migrate()

      let isOver = false
      const pausing = (async () => {
        while (!isOver) {
          await lagging().query('SELECT pg_wal_replay_pause()')
          await sleep(Math.random() * 150)
          await lagging().query('SELECT pg_wal_replay_resume()')
          await sleep(Math.random() * 50)
        }
      })()
      async function demandNoneStale(): Promise<void> {
        const id = randomUUID()
        await toPrimary().query(
          `INSERT INTO ${schema}.media (id, owner_id, kind, content_type, created_at, state) VALUES ($1, $1, 'image', 'image/png', now(), 'reserved')`,
          [id],
        )
        expect(await storage.media.byOwner(id, { limit: 1, before: null })).toHaveLength(1)
      }
      const ends = performance.now() + 2_000
      const reading = Array.from({ length: 4 }, async () => {
        while (performance.now() < ends) await demandNoneStale()
      })
      await Promise.all(reading).finally(() => (isOver = true))
      await pausing
      // Backends report their statistics within some seconds.
      await vi.waitUntil(async () => (await served(schema)).some((count) => count > 0), {
        timeout: 15_000,
        interval: 200,
      })
    },
  )
})
