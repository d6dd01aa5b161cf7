import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import {
  createPostgresRateLimits,
  createPostgresRevocations,
  createPostgresStorage,
  type PostgresRevocations,
} from '../src/index.ts'

// What it costs to share revocations and rate limits on PostgreSQL, in a schema of its own.
const url = process.argv[2] ?? 'postgres://postgres@127.0.0.1:5432/postgres'
const schema = `bench_${randomUUID().slice(0, 8)}`
const [listed, rounds] = [100_000, 1_000]

async function untilTrusted(...all: PostgresRevocations[]): Promise<void> {
  for (const each of all) {
    while (typeof each.isRevoked('nobody') !== 'boolean') await wait(1)
  }
}

function quantiles(millis: number[]): string {
  const sorted = millis.sort((a, b) => a - b)
  const at = (share: number): string => `${sorted[Math.floor(sorted.length * share)]?.toFixed(2)} ms`
  return `median ${at(0.5)}, 99 % ${at(0.99)}, worst ${at(0.9999)}`
}

const storage = createPostgresStorage({ url, schema })
await storage.migrate()
await storage.close()

const inAnHour = new Date(Date.now() + 3_600_000)
const pools = [0, 1, 2].map(() => new pg.Pool({ connectionString: url }))
const [one, other, late] = pools.map((pool) => createPostgresRevocations({ pool, schema })) as [
  PostgresRevocations,
  PostgresRevocations,
  PostgresRevocations,
]
await untilTrusted(one, other)

const acknowledged: number[] = []
const seen: number[] = []
for (let count = 0; count < rounds; count++) {
  const id = randomUUID()
  const start = performance.now()
  const revoked = one.revoke([id], inAnHour).then(() => acknowledged.push(performance.now() - start))
  while (other.isRevoked(id) !== true) await new Promise(setImmediate)
  seen.push(performance.now() - start)
  await revoked
}
console.log(`revoke resolves:              ${quantiles(acknowledged)}`)
console.log(`denied in the other process:  ${quantiles(seen)}`)

await one.revoke(
  Array.from({ length: listed }, () => randomUUID()),
  inAnHour,
)
const begun = performance.now()
await untilTrusted(late)
console.log(`a mirror of ${listed} entries: built in ${Math.round(performance.now() - begun)} ms`)

const [pool = new pg.Pool()] = pools
const limits = createPostgresRateLimits({ pool, schema })
const hit = (index: number): Promise<unknown> =>
  limits.hit(`key-${index % 5_000}`, [{ limit: 10, windowSeconds: 60 }], new Date())
const alone: number[] = []
for (let count = 0; count < rounds; count++) {
  const sent = performance.now()
  await hit(count)
  alone.push(performance.now() - sent)
}
console.log(`an attempt counted:           ${quantiles(alone)}`)
const many = performance.now()
for (let round = 0; round < 100; round++)
  await Promise.all(Array.from({ length: 100 }, (_, index) => hit(round * 100 + index)))
console.log(
  `100 attempts concurrently:    ${Math.round(10_000 / ((performance.now() - many) / 1000))} a second`,
)

await Promise.all([one.close(), other.close(), late.close()])
await pool.query(`DROP SCHEMA ${schema} CASCADE`)
await Promise.all(pools.map((each) => each.end()))
