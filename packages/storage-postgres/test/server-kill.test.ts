import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createMemoryBlobs } from '@kith/core/memory'
import type { Storage } from '@kith/core/ports'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, expect, test, vi } from 'vitest'
import { fastFolder } from '../../../test/fast-folder.ts'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { createSociety, deeds, everydayDeeds } from '../../../test/society.ts'
import { createWitness } from '../../../test/witness.ts'
import { createPostgresStorage } from '../src/index.ts'
import type { TestDriver } from './storages.ts'
import { findings, halves, orphans } from './what-is-left.ts'

const folder = mkdtempSync(join(fastFolder, 'kith-server-kill-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** More rounds find rarer failures: `KITH_KILL_ROUNDS=200`. */
const rounds = Number(process.env['KITH_KILL_ROUNDS'] ?? 20)
const drivers: readonly [TestDriver, number][] = [
  ['pg', rounds],
  ['postgres.js', Math.ceil(rounds / 4)],
]
const hour = 3_600_000
/** The timeout of a response. */
const callMillis = 2_000
const [people, lanes] = [6, 6]
const often = [...deeds, ...everydayDeeds, ...everydayDeeds, ...everydayDeeds]
const below = (limit: number): number => Math.floor(Math.random() * limit)

await describeWithPostgres('a server that is killed at any moment', { control: true }, (server) => {
  test.each(drivers)(
    'loses nothing acknowledged through %s, and leaves nothing half done, %i times',
    async (driver, times) => {
      const schema = server().freshSchema()
      const pool = new pg.Pool({ connectionString: server().uri })
      pool.on('error', () => {})
      const sql = postgres(server().uri, { fetch_types: false, onnotice: () => {}, backoff: () => 0.05 })
      const create = (timeoutMillis: number): Storage =>
        createPostgresStorage({ ...(driver === 'pg' ? { pool } : { sql }), schema, timeoutMillis })
      const storage = create(20_000)
      await storage.migrate()
      // Later than the retention of all unused uploads.
      let later = 25 * hour
      const place = { blobs: createMemoryBlobs(), temporaryDirectory: folder }
      const society = createSociety({ ...place, storage: create(callMillis) })
      const { kith } = createSociety({ ...place, storage, clock: () => new Date(Date.now() + later) })
      const left = (queries: Readonly<Record<string, string>>): Promise<Record<string, unknown>> =>
        findings(queries, async (query) => (await pool.query(query.replaceAll('kith.', `${schema}.`))).rows)
      let [done, acknowledged] = [0, 0]

      for (let round = 0; round < times; round++) {
        let stopped = false
        const isStopped = (): boolean => stopped
        async function live(): Promise<void> {
          while (!stopped) {
            const deed = often[below(often.length)] ?? 'post'
            await society.act({ deed, who: below(people), whom: below(people), which: below(4) })
            done++
          }
        }
        const witness = createWitness(society.kith, storage, `witness_${round}`)
        const lives = Promise.allSettled([...Array.from({ length: lanes }, live), witness.live(isStopped)])
        await vi.waitUntil(() => witness.acknowledged > 1 && done > (round + 1) * 3, { timeout: 60_000 })
        await wait(Math.random() * 400)
        await server().control?.kill()
        await server().control?.restart()
        // The pool and the stores recover by themselves, so the load continues.
        const before = witness.acknowledged
        await vi.waitUntil(() => witness.acknowledged > before, { timeout: 60_000 })
        stopped = true
        const failed = (await lives).flatMap((end) =>
          end.status === 'rejected' ? [end.reason as unknown] : [],
        )
        expect(failed, 'every refusal gives the reason').toEqual([])
        acknowledged += witness.acknowledged

        expect(await witness.lost()).toEqual([])
        expect((await kith.upkeep.verifyCounts()).differences).toEqual([])
        expect(await left(halves)).toEqual({})
        // What a purge has found and removed meanwhile is purged again an hour later.
        for (let runs = 0; runs < 3; runs++) {
          await kith.upkeep.run()
          later += hour
        }
        expect((await kith.upkeep.verifyCounts()).differences).toEqual([])
        expect(await left(orphans)).toEqual({})
      }
      console.info(
        `${driver}: killed ${times} times: ${done} deeds, ${acknowledged} acknowledged ones looked for, all there`,
      )
      expect(acknowledged, 'much was acknowledged').toBeGreaterThan(times)
      // After an outage postgres.js may wait for ever without a timeout.
      await Promise.all([pool.end(), sql.end({ timeout: 1 })])
    },
    120_000 + rounds * 10_000,
  )
})
