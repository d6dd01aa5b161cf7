import { openBenchPostgres } from '../bench-postgres.ts'
import { watchServerJobs } from '../freeze/server-jobs.ts'
import { edgeId, userId } from '../ids.ts'

/**
 * The long jobs on PostgreSQL, on a separate server or the one at POSTGRES_URI:
 * `pnpm --filter @kith/bench operations freeze-postgres [followers] [--prepare]`.
 */
const [howMany = '30000'] = process.argv.slice(3).filter((each) => !each.startsWith('--'))
const numbers = Array.from({ length: Number(howMany) }, (_, index) => index)
const postgres = await openBenchPostgres(10)
const { storage, schema } = await postgres.freshStorage()

await watchServerJobs({
  storage,
  async addEdges(kind, to) {
    const place = kind === 'like' ? 2 : 1
    const ids = numbers.map((index) => edgeId(index + (kind === 'like' ? numbers.length : 0)))
    await postgres.pool.query(
      `INSERT INTO ${schema}.edges (from_id, to_id, id, kind, hidden)
        SELECT from_id, $1, id, $2, 0 FROM unnest($3::uuid[], $4::uuid[]) AS made (from_id, id)`,
      [to, place, numbers.map(userId), ids],
    )
  },
})
await postgres.close()
