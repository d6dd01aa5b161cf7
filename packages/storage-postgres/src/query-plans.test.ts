import type pg from 'pg'
import { beforeAll, expect, test } from 'vitest'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { filling, hub, postOf, userOf } from '../test/filled-tables.ts'
import { statements } from '../test/statements.ts'
import { layouts, useStorages } from '../test/storages.ts'
import { createCompiler } from './compile.ts'
import type { Values } from './values.ts'
import { counterStatements } from './counter-statements.ts'
import { denylistStatements } from './denylist-statements.ts'
import { edgeCountStatements } from './edge-counts.ts'
import { edgeHidingStatements } from './edge-hiding.ts'
import { edgeStatements } from './edge-store.ts'
import { feedStatements } from './feed-store.ts'
import { beforeOrEnd, firstId } from './ids.ts'
import { mediaStatements } from './media-store.ts'
import { postCountStatements } from './post-counts.ts'
import { postStatements } from './post-store.ts'

/** A step of a plan. */
interface Step {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Index Cond'?: string
  'Actual Rows'?: number
  'Actual Loops'?: number
  'Rows Removed by Filter'?: number
  Plans?: Step[]
}

function stepsOf(step: Step): Step[] {
  return [step, ...(step.Plans ?? []).flatMap(stepsOf)]
}

for (const { layout, partitions } of layouts)
  await describeWithPostgres(`plans in ${layout}`, {}, (postgres) => {
    const storages = useStorages(postgres, { partitions, trigrams: true })

    beforeAll(async () => {
      await storages.emptied()
      const schema = storages.schema()
      for (const sql of filling) await storages.pool().query(sql.replaceAll('kith.', `${schema}.`))
      const { rows } = await storages
        .pool()
        .query<{ tablename: string }>('SELECT tablename FROM pg_tables WHERE schemaname = $1', [schema])
      for (const { tablename } of rows) await storages.pool().query(`VACUUM ANALYZE ${schema}.${tablename}`)
    })

    /** The names of indexes of partitions, with those of their parent indexes. */
    const wholes = new Map<string, string>()
    beforeAll(async () => {
      const { rows } = await storages.pool().query<{ part: string; whole: string }>(
        `SELECT part.relname AS part, whole.relname AS whole FROM pg_inherits JOIN pg_class AS part ON part.oid = inhrelid
          JOIN pg_class AS whole ON whole.oid = inhparent WHERE part.relnamespace = $1::regnamespace AND part.relkind = 'i'`,
        [storages.schema()],
      )
      for (const { part, whole } of rows) wholes.set(part, whole)
    })
    const indexOf = ({ 'Index Name': name = '' }: Step): string => wholes.get(name) ?? name

    /** Runs work on a connection whose changes are rolled back. */
    async function onClient<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
      const client = await storages.pool().connect()
      try {
        await client.query('BEGIN')
        return await work(client)
      } finally {
        await client.query('ROLLBACK; DEALLOCATE ALL')
        client.release()
      }
    }

    /** The generic plan of a statement, which is used whatever its values are. */
    function keptPlan(sql: string, values: Values | null = null): Promise<Step[]> {
      return onClient(async (client) => {
        const names = [...new Set(Array.from(sql.matchAll(/@(\w+)/g), ([, name = '']) => name))]
        const given = values ?? Object.fromEntries(names.map((name) => [name, null]))
        const query = createCompiler(storages.schema(), false)(sql, given)
        await client.query('SET LOCAL plan_cache_mode = force_generic_plan')
        await client.query(`PREPARE explained AS ${query.text}`)
        const literals = query.values.map((value) =>
          value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`,
        )
        const how = values ? 'ANALYZE, TIMING OFF, FORMAT JSON' : 'FORMAT JSON'
        const call = `EXPLAIN (${how}) EXECUTE explained${literals.length > 0 ? `(${literals.join(', ')})` : ''}`
        const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Step }] }>(call)
        return stepsOf(rows[0]?.['QUERY PLAN'][0].Plan ?? expect.unreachable())
      })
    }

    const isRead = (step: Step): boolean =>
      step['Relation Name'] !== undefined && /Scan$/.test(step['Node Type'])
    /** A bitmap scan reads the rows that the index below it has found. */
    const isBounded = (step: Step): boolean =>
      step['Index Cond'] !== undefined || ['Bitmap Heap Scan', 'Tid Scan'].includes(step['Node Type'])

    /** Scans that read a partial index, or a table, up to their LIMIT. */
    const fromTheBeginning: readonly string[] = [
      'users.toPurge: users_gone',
      'posts.toPurge: posts_gone',
      ...['outbox', 'messages'].flatMap((queue) => [
        `${queue}.lease: ${queue}_free`,
        `${queue}.isFree: ${queue}_free`,
        `${queue}.count: `,
        `${queue}.since: ${queue}_pkey`,
      ]),
    ]

    test.each(statements)('%s reads every table with an index', async (name, sql) => {
      const unbounded = (await keptPlan(sql))
        .filter((step) => isRead(step) && !isBounded(step))
        .filter((step) => !fromTheBeginning.includes(`${name}: ${indexOf(step)}`))
      expect(unbounded.map((step) => [step['Node Type'], step['Relation Name'], indexOf(step)])).toEqual([])
    })

    /** The statements that sort: the ends of edges that they change, their given rows, or the rows found for a page. */
    const sorting: readonly string[] = [
      ...['hide', 'show', 'drop'].map((name) => `edges.${name}`),
      ...['edgeCounts', 'postCounts'].flatMap((counts) => [`${counts}.compare`, `${counts}.correct`]),
      ...['outbox', 'messages'].flatMap((queue) => [`${queue}.add`, `${queue}.lease`]),
      'denylist.write',
      'counters.reset',
      // The windows of one subject.
      'counters.hit',
      ...['All', 'Banned', 'OfRole', 'Waiting'].map((walk) => `users.search${walk}`),
      'users.beginning',
      // The uploads of one post, before PostgreSQL 16.
      'posts.create',
      // At most one row for each followed author, in no order that an index could have.
      'feed.heads',
      // The sessions of one account.
      'sessions.endSurplus',
    ]

    test('no other statement sorts', async () => {
      const found = new Set<string>()
      for (const [name, sql] of statements)
        // A Merge Append keeps the order of its parts.
        if ((await keptPlan(sql)).some((step) => /Sort$/.test(step['Node Type']))) found.add(name)
      expect([...found].filter((name) => !sorting.includes(name))).toEqual([])
    })

    const idOf = async (sql: string): Promise<string> => {
      const { rows } = await storages.pool().query<{ id: string }>(`SELECT ${sql} AS id`)
      return rows[0]?.id ?? expect.unreachable()
    }
    const limit = 20
    const before = beforeOrEnd(null)

    test.each<[string, string, Values]>([
      ['edges out', edgeStatements.listOut, { kind: 1, limit, before }],
      ['edges in, a quarter of which are hidden', edgeStatements.listIn, { kind: 1, limit, before }],
      ['posts of an author', postStatements.byAuthor, { limit, before }],
      ['posts to purge', postStatements.toPurge, { limit }],
      ['media of an owner', mediaStatements.byOwner, { limit, before }],
      ['all media', mediaStatements.list, { limit, after: firstId }],
      ['hidden accounts', edgeHidingStatements.hiddenNodes, { limit, before }],
      ['edges that are hidden', edgeHidingStatements.hide, { limit }],
      ['edges that are dropped', edgeHidingStatements.drop, { limit }],
    ])(
      '%s: a page for an account with thousands of entries reads a few rows for each of its own',
      async (_, sql, values) => {
        const ids = {
          node: await idOf(userOf(hub)),
          authorId: await idOf(userOf(hub)),
          ownerId: await idOf(userOf(hub)),
        }
        expect(rowsRead(await keptPlan(sql, { ...ids, ...values }))).toBeLessThanOrEqual(5 * limit)
      },
    )

    /** Rows and keys that the scans of tables read. */
    function rowsRead(steps: readonly Step[]): number {
      return steps
        .filter((step) => isRead(step))
        .map(
          (step) =>
            ((step['Actual Rows'] ?? 0) + (step['Rows Removed by Filter'] ?? 0)) *
            (step['Actual Loops'] ?? 0),
        )
        .reduce((sum, rows) => sum + rows, 0)
    }

    test('an edge costs the same at an account with thousands of them', async () => {
      const values = {
        id: await idOf(postOf(1)),
        kind: 1,
        from: await idOf(userOf(20)),
        to: await idOf(userOf(hub)),
      }
      expect(rowsRead(await keptPlan(edgeStatements.addToUser, values))).toBeLessThanOrEqual(8)
      const { to, kind } = values
      const from = await idOf(userOf(1001))
      expect(rowsRead(await keptPlan(edgeStatements.remove, { from, to, kind }))).toBeLessThanOrEqual(4)
    })

    test('checking which of several others have an edge does not search all edges of an account with thousands', async () => {
      const others = await Promise.all(Array.from({ length: limit }, (_, n) => idOf(userOf(1001 + n))))
      const values = { node: await idOf(userOf(hub)), kind: 1, others }
      for (const sql of [edgeStatements.amongOut, edgeStatements.amongIn])
        expect(rowsRead(await keptPlan(sql, values))).toBeLessThanOrEqual(2 * limit)
    })

    test('reading new denylist entries, removing expired ones and clearing counters reads only those rows', async () => {
      const { rows } = await storages
        .pool()
        .query<{ now: string }>('SELECT pg_current_snapshot()::text AS now')
      expect(rowsRead(await keptPlan(denylistStatements.next, { since: rows[0]?.now ?? '' }))).toBe(0)
      const given = { keys: ['new-1', 'new-2'], lefts: ['60000', '60000'] }
      expect(rowsRead(await keptPlan(denylistStatements.write, given))).toBeLessThanOrEqual(2 * 2 * 2)
      const hit = { subject: 'ff', now: 1, limits: ['1'], windows: ['60'], lengths: ['60'], counts: ['1'] }
      const plan = await keptPlan(counterStatements.hit, {
        ...hit,
        ends: ['60001'],
        refused: 0,
        lasts: 61_000,
      })
      expect(rowsRead(plan)).toBeLessThanOrEqual(2 * 2)
    })

    test('a recount reads each edge and each post once', async () => {
      const step = { after: firstId, limit: 50, most: 2500 }
      expect(rowsRead(await keptPlan(edgeCountStatements.compare, step))).toBeLessThanOrEqual(
        50 * 20 + 2 * 4010 + 2500,
      )
      expect(rowsRead(await keptPlan(postCountStatements.compare, step))).toBeLessThanOrEqual(
        50 * 8 + 2500 + 3000,
      )
    })

    test('a page of the feed reads each follow and its newest post, and a few rows for each post of the page', async () => {
      for (const [reader, follows] of [
        [userOf(20), 10],
        [userOf(hub), 4010],
      ] as const) {
        const values = { userId: await idOf(reader), before, limit, many: 1_000_000 }
        const read = rowsRead(await keptPlan(feedStatements.heads, values))
        expect(read).toBeLessThanOrEqual(2 * (follows + 1) + 1 + 3 * limit)
      }
    })

    test('scanning the newest posts reads each of them once, and an author only if it is followed', async () => {
      const values = { userId: await idOf(userOf(hub)), before, limit, most: 4000 }
      // A third of all posts are by an account that the hub follows.
      expect(rowsRead(await keptPlan(feedStatements.recent, values))).toBeLessThanOrEqual(4010 + 15 * limit)
      expect(rowsRead(await keptPlan(feedStatements.recentOfMany, values))).toBeLessThanOrEqual(20 * limit)
    })

    test('every plan for a page of the feed finds the same posts', async () => {
      const range = { userId: await idOf(userOf(hub)), limit: 200 }
      for (const from of [before, await idOf(postOf(12_345))]) {
        const pageOf = async (sql: string, values: Values): Promise<(string | null)[]> => {
          const query = createCompiler(storages.schema(), false)(sql, { ...range, before: from, ...values })
          const { rows } = await storages.pool().query<{ id: string }>(query.text, [...query.values])
          return rows.map(({ id }) => id)
        }
        const heads = await pageOf(feedStatements.heads, { many: 1_000_000 })
        expect(heads).toHaveLength(200)
        expect(await pageOf(feedStatements.recent, { most: 4000 })).toEqual(heads)
        expect(await pageOf(feedStatements.recentOfMany, { most: 4000 })).toEqual(heads)
      }
    })
  })
