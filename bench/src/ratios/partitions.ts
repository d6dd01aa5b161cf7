import postgres from 'postgres'
import { openBenchPostgres } from '../bench-postgres.ts'
import { fillPostgres } from '../load-postgres.ts'
import { compareCalls, createNetworkCalls } from '../network-calls.ts'
import { createWorkload } from '../workload.ts'

/**
 * What the option `partitions` of PostgreSQL costs calls, and how much it helps upkeep: the same network with partitions and without,
 * alternating. `pnpm --filter @kith/bench ratio partitions [<people> [<posts> [<partitions>]]] [--prepare]`, on a separate server, or the one at
 * POSTGRES_URI. One client. It has no target.
 */
const [users = 10_000, posts = 100_000, partitions = 8] = process.argv
  .slice(3)
  .filter((each) => !each.startsWith('--'))
  .map(Number)
const server = await openBenchPostgres(4)
const { pool } = server
const workload = createWorkload({ seed: 1, users, posts })
const sql = postgres(server.server.uri, { onnotice: () => {} })
const divided = await server.freshStorage({ partitions })
const plain = await server.freshStorage()
for (const { schema } of [divided, plain]) await fillPostgres(sql, schema, workload)
await sql.end()

const [on, off] = [divided, plain].map(({ storage }) => createNetworkCalls(storage, workload))
const option = `${partitions} partitions`
if (on && off)
  await compareCalls({ option, on: { ...on.reads, ...on.writes }, off: { ...off.reads, ...off.writes } })

/** Milliseconds of a statement on each part of the edge table, which has only one part without partitions. */
async function millisOf(schema: string, statement: string): Promise<number[]> {
  const { rows } = await pool.query<{ part: string }>(
    `SELECT relname AS part FROM pg_class WHERE relnamespace = to_regnamespace($1) AND relkind = 'r'
      AND relname ~ '^edges(_[0-9]+)?$'`,
    [schema],
  )
  const millis: number[] = []
  for (const { part } of rows) {
    const start = performance.now()
    await pool.query(`${statement} ${schema}.${part}`)
    millis.push(performance.now() - start)
  }
  return millis
}

for (const statement of ['VACUUM', 'REINDEX TABLE']) {
  const parts: Record<string, string> = {}
  for (const { schema } of [divided, plain]) {
    // A tenth of the rows is dead, as after the deletion of a large account.
    await pool.query(`DELETE FROM ${schema}.edges WHERE hashtext(id::text) % 10 = 0`)
    const millis = await millisOf(schema, statement)
    const sum = millis.reduce((total, each) => total + each, 0)
    parts[schema] = `${Math.max(...millis).toFixed(0)} ms at most, ${sum.toFixed(0)} ms in all`
  }
  console.log(`${statement} of edges: ${option} ${parts[divided.schema]}; without ${parts[plain.schema]}`)
}
await server.close()
