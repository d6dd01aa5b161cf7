import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { createRedisRateLimits, createRedisRevocations, type RedisRevocations } from '../src/index.ts'

const url = process.argv[2] ?? 'redis://127.0.0.1:6379'
const prefix = `bench-${randomUUID()}`
const listed = 100_000

async function untilTrusted(...all: RedisRevocations[]): Promise<void> {
  for (const each of all) {
    while (typeof each.isRevoked('nobody') !== 'boolean') await wait(1)
  }
}

function quantiles(millis: number[]): string {
  const sorted = millis.sort((a, b) => a - b)
  const at = (share: number): string => `${sorted[Math.floor(sorted.length * share)]?.toFixed(2)} ms`
  return `median ${at(0.5)}, 99 % ${at(0.99)}, worst ${at(0.9999)}`
}

const inAnHour = new Date(Date.now() + 3_600_000)
const clients = [new Redis(url), new Redis(url), new Redis(url)] as const
const [one, other, late] = clients.map((client) => createRedisRevocations({ client, prefix })) as [
  RedisRevocations,
  RedisRevocations,
  RedisRevocations,
]
await untilTrusted(one, other)

const acknowledged: number[] = []
const seen: number[] = []
for (let count = 0; count < 2_000; count++) {
  const id = randomUUID()
  const start = performance.now()
  const revoked = one.revoke([id], inAnHour).then(() => acknowledged.push(performance.now() - start))
  while (other.isRevoked(id) !== true) await new Promise(setImmediate)
  seen.push(performance.now() - start)
  await revoked
}
console.log(`revoke answers:               ${quantiles(acknowledged)}`)
console.log(`denied in the other process:  ${quantiles(seen)}`)

const checks = 2_000_000
const ids = Array.from({ length: 1_000 }, () => randomUUID())
let denied = 0
// The time of the processor, so that what else the machine does counts less.
const idle = process.cpuUsage()
for (let count = 0; count < checks; count++) if (one.isRevoked(ids[count % 1_000] ?? '') === true) denied++
console.log(
  `a check from memory:          ${Math.round((process.cpuUsage(idle).user * 1e3) / checks)} ns (${denied} denied)`,
)

await one.revoke(
  Array.from({ length: listed }, () => randomUUID()),
  inAnHour,
)
const begun = performance.now()
await untilTrusted(late)
console.log(`a mirror of ${listed} entries: built in ${Math.round(performance.now() - begun)} ms`)

const limits = createRedisRateLimits({ client: clients[0], prefix })
const hit = (index: number): Promise<unknown> =>
  limits.hit(`key-${index % 5_000}`, [{ limit: 10, windowSeconds: 60 }], new Date())
const alone: number[] = []
for (let count = 0; count < 2_000; count++) {
  const sent = performance.now()
  await hit(count)
  alone.push(performance.now() - sent)
}
console.log(`an attempt counted:           ${quantiles(alone)}`)
const many = performance.now()
for (let round = 0; round < 200; round++) {
  await Promise.all(Array.from({ length: 100 }, (_, index) => hit(round * 100 + index)))
}
console.log(
  `100 attempts at once:         ${Math.round(20_000 / ((performance.now() - many) / 1000))} a second`,
)

await Promise.all([one.close(), other.close(), late.close()])
for await (const keys of clients[0].scanStream({ match: `${prefix}*` }) as AsyncIterable<string[]>) {
  if (keys.length > 0) await clients[0].unlink(keys)
}
for (const client of clients) client.disconnect()
