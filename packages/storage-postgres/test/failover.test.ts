import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createMemoryBlobs } from '@kith/core/memory'
import type { Storage } from '@kith/core/ports'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import { fastFolder } from '../../../test/fast-folder.ts'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { type PostgresStandby, startStandby } from '../../../test/servers/postgres-standby.ts'
import { startProxy } from '../../../test/servers/proxy.ts'
import type { ServerControl } from '../../../test/servers/server-process.ts'
import { createSociety, deeds, everydayDeeds } from '../../../test/society.ts'
import { createWitness } from '../../../test/witness.ts'
import { createPostgresStorage } from '../src/index.ts'
import type { TestDriver } from './storages.ts'
import { findings, halves } from './what-is-left.ts'

const folder = mkdtempSync(join(fastFolder, 'kith-failover-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** More rounds find rarer failures: `KITH_KILL_ROUNDS=20`. */
const rounds = Number(process.env['KITH_KILL_ROUNDS'] ?? 2)
const drivers: readonly TestDriver[] = ['pg', 'postgres.js']
/** The timeout of a response. */
const callMillis = 2_000
const [people, lanes] = [6, 4]
const often = [...deeds, ...everydayDeeds, ...everydayDeeds, ...everydayDeeds]
const below = (limit: number): number => Math.floor(Math.random() * limit)
const uriOf = (port: number): string => `postgres://postgres@127.0.0.1:${port}/postgres`

await describeWithPostgres('a primary whose commits wait for a standby', { control: true }, (server) => {
  const standbys: PostgresStandby[] = []
  afterAll(() => Promise.all(standbys.map((standby) => standby.stop())))

  /** The server that accepts writes: each standby is promoted in turn. */
  function primary(): { port: number; control: ServerControl } {
    const last = standbys.at(-1)
    const { port } = last ? { port: Number(new URL(last.uri).port) } : server()
    const control = last?.control ?? server().control ?? expect.unreachable()
    return { port, control }
  }

  async function ask<Row>(port: number, ...statements: string[]): Promise<Row[]> {
    const client = new pg.Client(uriOf(port))
    client.on('error', () => {})
    await client.connect()
    const found: Row[] = []
    for (const statement of statements) found.push(...((await client.query(statement)).rows as Row[]))
    await client.end()
    return found
  }

  /** Makes each commit wait for the standby with this name; without a name for none. */
  async function waitFor(name: string): Promise<void> {
    const set = `ALTER SYSTEM SET synchronous_standby_names = '${name}'`
    await ask(primary().port, set, 'SELECT pg_reload_conf()')
  }

  async function startSynchronousStandby(): Promise<PostgresStandby> {
    const { port } = primary()
    await waitFor('')
    const standby = await startStandby(port)
    await waitFor('standby')
    const states = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"
    await vi.waitUntil(async () => (await ask(port, states)).length === 1, { timeout: 20_000 })
    return standby
  }

  test.each(drivers)(
    'is replaced by it with everything acknowledged, and the app continues by itself, through %s',
    async (driver) => {
      const schema = server().freshSchema()
      const proxy = await startProxy(primary())
      const pool = new pg.Pool({ connectionString: uriOf(proxy.port) })
      pool.on('error', () => {})
      const sql = postgres(uriOf(proxy.port), { fetch_types: false, onnotice: () => {}, backoff: () => 0.05 })
      const create = (timeoutMillis: number): Storage =>
        createPostgresStorage({ ...(driver === 'pg' ? { pool } : { sql }), schema, timeoutMillis })
      const storage = create(20_000)
      onTestFinished(async () => {
        await Promise.all([pool.end(), sql.end({ timeout: 1 })])
        await proxy.close()
      })
      await storage.migrate()
      const place = { blobs: createMemoryBlobs(), temporaryDirectory: folder }
      const society = createSociety({ ...place, storage: create(callMillis) })
      const { kith } = createSociety({ ...place, storage })
      let acknowledged = 0

      for (let round = 0; round < rounds; round++) {
        const standby = await startSynchronousStandby()
        const { control } = primary()
        let stopped = false
        onTestFinished(() => void (stopped = true))
        async function live(): Promise<void> {
          while (!stopped) {
            const deed = often[below(often.length)] ?? 'post'
            await society.act({ deed, who: below(people), whom: below(people), which: below(4) })
          }
        }
        const witness = createWitness(society.kith, storage, `witness_${round}`)
        // Every refusal has to give the reason: any other error ends the test.
        const lives = Promise.all([...Array.from({ length: lanes }, live), witness.live(() => stopped)])
        lives.catch(() => {})
        const untilAcknowledged = (count: number): Promise<unknown> =>
          Promise.race([lives, vi.waitUntil(() => witness.acknowledged > count, { timeout: 60_000 })])
        await untilAcknowledged(10)
        await wait(Math.random() * 400)

        await control.kill()
        standbys.push(standby)
        // Connected to it before it accepts writes, calls are refused for a moment.
        proxy.lead(primary().port)
        await wait(Math.random() * 200)
        await ask(primary().port, 'SELECT pg_promote()')
        await untilAcknowledged(witness.acknowledged + 5)
        stopped = true
        await lives
        acknowledged += witness.acknowledged
        expect(await witness.lost()).toEqual([])
        expect((await kith.upkeep.verifyCounts()).differences).toEqual([])
        const left = await findings(halves, (query) =>
          ask(primary().port, query.replaceAll('kith.', `${schema}.`)),
        )
        expect(left).toEqual({})
      }
      console.info(`${driver}: ${rounds} failovers, ${acknowledged} acknowledged ones looked for, all there`)
    },
    600_000,
  )
})
