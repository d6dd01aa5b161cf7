import { openBenchPostgres } from '../bench-postgres.ts'
import { reportOutboxCost } from '../outbox-cost.ts'

// `ratio outbox` on PostgreSQL: one client; `--prepare` lets the server cache plans. The server is a separate one, or the one at POSTGRES_URI.

const postgres = await openBenchPostgres(8)
const [one, other] = [await postgres.freshStorage(), await postgres.freshStorage()]
await reportOutboxCost('PostgreSQL', { kith: one.storage, twin: other.storage })
await postgres.close()
