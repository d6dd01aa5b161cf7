import { randomUUID } from 'node:crypto'
import { createKith } from '@kith/core'
import { openBenchPostgres } from '../bench-postgres.ts'
import { report, sideBySide } from '../side-by-side.ts'
import { createTwinTokens, lives, type Step } from '../token-twin.ts'

// `ratio refresh` on PostgreSQL: the twin verifies with jose, rotates the row by compare-and-set and signs both tokens. Kith also counts the
// attempt, reads the account and implements the grace. One client; `--prepare` lets the server cache the plans of both sides. The server is
// a separate one, or the one at POSTGRES_URI.

/** Each session refreshes less often than its limit of 60 a minute allows. */
const sessions = 2_000
const client = {
  address: '192.0.2.1',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0',
}
const postgres = await openBenchPostgres(4)
const { pool, prepare } = postgres
const { storage, schema } = await postgres.freshStorage()
const kith = createKith({
  secret: 'uBq3kV8wLx1nZr5tYc7mPd2fGh9jKs4a',
  storage,
  passwords: { memoryKiB: 8, iterations: 1 },
  limits: { refreshByAddress: [], registerByAddress: [] },
})
await pool.query(`
  CREATE TABLE ${schema}.twin_sessions (id uuid PRIMARY KEY, user_id uuid NOT NULL, generation integer NOT NULL, created_at timestamptz NOT NULL,
    rotated_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, revoked_at timestamptz, address text, user_agent text)
    WITH (fillfactor = 70);
  CREATE INDEX ON ${schema}.twin_sessions (user_id, id) WHERE revoked_at IS NULL;
  CREATE INDEX ON ${schema}.twin_sessions (expires_at)`)
const twin = createTwinTokens()
const stepped: Step = async ({ sid, gen, now }) => {
  const { rows } = await pool.query<{ user_id: string }>({
    text: `UPDATE ${schema}.twin_sessions SET generation = generation + 1, rotated_at = $3, expires_at = $4, address = $5, user_agent = $6
      WHERE id = $1 AND generation = $2 AND revoked_at IS NULL AND expires_at > $3 RETURNING user_id`,
    values: [sid, gen, new Date(now), new Date(now + lives.refresh * 1000), client.address, client.userAgent],
    ...(prepare && { name: 'step' }),
  })
  return rows[0]?.user_id ?? null
}

const [ofKith, ofTwin]: [string[], string[]] = [[], []]
for (let index = 0; index < sessions; index += 1) {
  const input = { username: `person${index}`, password: 'a rather strange phrase 77' }
  ofKith.push((await kith.accounts.register(input)).tokens.refreshToken)
  const sid = randomUUID()
  await pool.query(
    `INSERT INTO ${schema}.twin_sessions VALUES ($1, $2, 0, now(), now(), now() + interval '30 days', NULL, $3, $4)`,
    [sid, randomUUID(), client.address, client.userAgent],
  )
  ofTwin.push(await twin.first(sid))
}

const next = { kith: 0, twin: 0 }
const sides = {
  async kith() {
    const index = next.kith++ % sessions
    ofKith[index] = (await kith.sessions.refresh(ofKith[index] ?? '', client)).tokens.refreshToken
  },
  async twin() {
    const index = next.twin++ % sessions
    ofTwin[index] = (await twin.refresh(ofTwin[index] ?? '', stepped)).refreshToken
  },
}
report('refresh on PostgreSQL', await sideBySide({ ...sides, calls: 50, rounds: 100 }), 0.7)
await kith.close()
await postgres.close()
