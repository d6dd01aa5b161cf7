import {
  auditStoreCases,
  edgeStoreCases,
  feedStoreCases,
  mediaStoreCases,
  postStoreCases,
  runCases,
  userStoreCases,
} from '@kith/conformance'
import type { Storage } from '@kith/core/ports'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { type PostgresStandby, startStandby } from '../../../test/servers/postgres-standby.ts'
import type { PostgresReplica } from '../src/index.ts'
import { type TestDriver, useStorages } from './storages.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

/** The kit cases with reads that replicas serve. Races and recounts are decided on the primary, and take long. */
const concernsReads = ({ id }: { id: string }): boolean => !/race|parallel|recount|hide-in-steps/.test(id)
const ofUsers = userStoreCases.filter(({ id }) => /^users\/(by-ids|banned-ids|ids-beginning|search)/.test(id))

await describeWithPostgres('a storage with reads from a standby', { control: true }, (primary) => {
  const open: { standby?: PostgresStandby; pool?: pg.Pool; sql?: postgres.Sql } = {}
  const made = <Thing>(thing: Thing | undefined): Thing => thing ?? expect.unreachable()

  beforeAll(async () => {
    open.standby = await startStandby(primary().port)
    open.pool = new pg.Pool({ connectionString: open.standby.uri })
    open.pool.on('error', () => {})
    open.sql = postgres(open.standby.uri, { max: 5, fetch_types: false, onnotice: () => {} })
  })
  afterAll(async () => {
    await Promise.all([open.pool?.end(), open.sql?.end({ timeout: 1 })])
    await open.standby?.stop()
  })

  const replicas: Readonly<Record<TestDriver, () => PostgresReplica>> = {
    pg: () => ({ pool: made(open.pool) }),
    'postgres.js': () => ({ sql: made(open.sql) }),
  }

  describe.each(['pg', 'postgres.js'] as const)('through %s', (driver) => {
    const { emptied, schema } = useStorages(primary, { driver, replicas: () => [replicas[driver]()] })

    /** Emptied, and with the standby in use: deleting the rows may have left it behind for a moment. */
    async function served(): Promise<Storage> {
      const storage = await emptied()
      const isInUse = async (): Promise<boolean> => {
        await storage.posts.byIds([])
        return (await storage.check()) === null
      }
      await vi.waitUntil(isInUse, { timeout: 20_000, interval: 5 })
      return storage
    }

    runCases(test, ofUsers, async () => (await served()).users)
    runCases(test, postStoreCases.filter(concernsReads), served)
    runCases(test, edgeStoreCases.filter(concernsReads), served)
    runCases(test, mediaStoreCases.filter(concernsReads), served)
    runCases(test, feedStoreCases.filter(concernsReads), served)
    runCases(test, auditStoreCases.filter(concernsReads), served)

    test('the standby served these reads', async () => {
      const scanned = async (): Promise<string[]> => {
        const { rows } = await made(open.pool).query<{ name: string }>(
          `SELECT relname AS name FROM pg_stat_user_tables
            WHERE schemaname = '${schema()}' AND coalesce(seq_scan, 0) + coalesce(idx_scan, 0) > 5 ORDER BY 1`,
        )
        return rows.map(({ name }) => name)
      }
      const shown = ['audit', 'edge_counts', 'edges', 'media', 'post_counts', 'posts', 'users']
      // Backends report their statistics within some seconds.
      await vi.waitFor(async () => expect(await scanned()).toEqual(shown), { timeout: 15_000, interval: 100 })
    })
  })
})
