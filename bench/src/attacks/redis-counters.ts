import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { createRedisRateLimits } from '@kith/redis'
import { Redis } from 'ioredis'

/**
 * Wrong sign-ins for names that do not exist, each from a different IP address: what does one leave in Redis, and for how
 * long? `pnpm --filter @kith/bench attack redis-counters redis://127.0.0.1:6379`, on a server without other clients.
 */
const count = 30_000
const bytesAtMost = 1_034 / 5
const client = new Redis(process.argv[3] ?? 'redis://127.0.0.1:6379')
const prefix = `bench-${process.pid}`
const kith = createKith({
  secret: 'a secret of the bench, of 32 characters or more',
  storage: createMemoryStorage(),
  passwords: { memoryKiB: 8, iterations: 1, queueLimit: 1_000 },
  rateLimits: createRedisRateLimits({ client, prefix }),
})

async function usedMemory(): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1])
}

await kith.sessions.login({ login: 'warm', password: 'up' }, { address: '::1' }).catch(() => {})
const before = await usedMemory()
for (let from = 0; from < count; from += 500) {
  await Promise.all(
    Array.from({ length: 500 }, (_, index) => {
      const made = from + index
      const address = `2001:db8:${(made >> 8).toString(16)}:${(made & 255).toString(16)}::1`
      return kith.sessions.login({ login: `nobody-${made}`, password: 'wrong' }, { address }).catch(() => {})
    }),
  )
}
const bytes = ((await usedMemory()) - before) / count

let longest = 0
let keys = 0
for await (const batch of client.scanStream({ match: `${prefix}:*`, count: 1_000 })) {
  const found = batch as string[]
  keys += found.length
  for (const millis of await Promise.all(found.map((key) => client.pttl(key))))
    longest = Math.max(longest, millis)
  if (found.length > 0) await client.unlink(...found)
}
console.table({
  'wrong sign-ins': count,
  'bytes each': bytes.toFixed(0),
  'keys in all': keys,
  'gone after (s), at the latest': (longest / 1000).toFixed(0),
})
const held = bytes <= bytesAtMost && longest <= 310_000
console.log(held ? 'Small, and gone in minutes.' : 'Strangers fill Redis.')
process.exitCode = held ? 0 : 1
await client.quit()
