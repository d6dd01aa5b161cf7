import { beforeAll, expect, test } from 'vitest'
import { scaleTable } from '../../../test/scale-tables.ts'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { distribution, scattered, uniqueOverAll } from '../test/distribution-keys.ts'
import { explaining, namingOf, type Naming, type PlanStep, scansOf } from '../test/named-keys.ts'
import { statements } from '../test/statements.ts'
import { useStorages } from '../test/storages.ts'
import { createCompiler } from './compile.ts'

const isColumn = (key: string): boolean => key !== 'reference' && key !== 'none'

await describeWithPostgres('distribution keys', {}, (postgres) => {
  const storages = useStorages(postgres)
  beforeAll(() => storages.emptied())

  /** A plan that fits any values, with nested loops, so that a join condition is one of the inner scan. */
  async function planOf(sql: string): Promise<PlanStep> {
    const names = new Set(Array.from(sql.matchAll(/@(\w+)/g), ([, name = '']) => name))
    const values = Object.fromEntries([...names].map((name) => [name, null]))
    const { prepare, explain } = explaining(
      createCompiler(storages.schema(), false)(sql, values).text,
      names.size,
    )
    const client = await storages.pool().connect()
    try {
      await client.query('BEGIN; SET LOCAL plan_cache_mode = force_generic_plan')
      for (const way of ['seqscan', 'bitmapscan', 'hashjoin', 'mergejoin'])
        await client.query(`SET LOCAL enable_${way} = off`)
      await client.query(prepare)
      const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanStep }] }>(explain)
      return rows[0]?.['QUERY PLAN'][0].Plan ?? expect.unreachable()
    } finally {
      await client.query('ROLLBACK; DEALLOCATE ALL')
      client.release()
    }
  }

  /** Which statements pin a key to none of their parameters, such as `posts.byIds on posts`; of several scans the worst counts. */
  async function scatteredBy(keys: Readonly<Record<string, string>>): Promise<Map<string, Naming>> {
    const found = new Map<string, Naming>()
    for (const [name, sql] of statements)
      for (const scan of scansOf(await planOf(sql))) {
        const { 'Relation Name': table = '' } = scan
        // Columns of the server itself.
        if (table.startsWith('pg_')) continue
        const key = keys[table]
        if (key === undefined)
          throw new Error(`test/distribution-keys.ts does not say how ${table} is distributed`)
        if (!isColumn(key)) continue
        const [on, naming] = [`${name} on ${table}`, namingOf(scan, key)]
        if (naming !== 'given' && found.get(on) !== 'none') found.set(on, naming)
      }
    return found
  }

  const keys = Object.fromEntries(Object.entries(distribution).map(([table, { key }]) => [table, key]))

  test('each statement pins the keys of its tables by its parameters, or is listed with the reason', async () => {
    const listed = Object.entries(scattered).map(([on, { names }]) => [
      on,
      names === 'nothing' ? 'none' : 'found',
    ])
    expect(Object.fromEntries(await scatteredBy(keys))).toEqual(Object.fromEntries(listed))
  })

  test('with another key, other statements do not', async () => {
    const found = await scatteredBy({ ...keys, posts: 'id', edges: 'to_id' })
    expect(found.get('posts.byAuthor on posts')).toBe('none')
    expect(found.get('edges.listOut on edges')).toBe('none')
    expect(found.get('posts.byIds on posts')).toBeUndefined()
  })

  test('each table is listed, with an existing column', async () => {
    const { rows } = await storages.pool().query<{ table: string; columns: string[] }>(
      `SELECT table_name AS table, array_agg(column_name::text) AS columns FROM information_schema.columns
        WHERE table_schema = $1 GROUP BY table_name`,
      [storages.schema()],
    )
    expect(rows.map(({ table }) => table).sort()).toEqual(Object.keys(keys).sort())
    for (const { table, columns } of rows)
      if (isColumn(keys[table] ?? '')) expect(columns, table).toContain(keys[table])
  })

  test('each unique index contains the key of its table, or is listed with what it promises', async () => {
    const { rows } = await storages.pool().query<{ table: string; index: string; columns: string[] }>(
      `SELECT indrelid::regclass::text AS table, class.relname AS index, array_agg(attname::text) AS columns
        FROM pg_index JOIN pg_class AS class ON class.oid = indexrelid JOIN pg_attribute ON attrelid = indexrelid
        WHERE indisunique AND relnamespace = $1::regnamespace GROUP BY indrelid, relname`,
      [storages.schema()],
    )
    const lacking = rows.filter(({ table, columns }) => {
      const key = keys[table.replace(/^.*\./, '')] ?? expect.unreachable(table)
      return isColumn(key) && !columns.includes(key)
    })
    expect(lacking.map(({ index }) => index).sort()).toEqual(Object.keys(uniqueOverAll).sort())
  })
})

test('docs/scale.md has the same table', () => {
  expect(scaleTable('Table')).toEqual(
    Object.entries(distribution).map(([table, { key, reason }]) => [table, key, reason]),
  )
  expect(scaleTable('Statement')).toEqual(
    Object.entries(scattered).map(([on, { names, hot, reason }]) => [on, names, hot, reason]),
  )
  expect(scaleTable('Unique index')).toEqual(
    Object.entries(uniqueOverAll).map(([index, promise]) => [index, promise]),
  )
})
