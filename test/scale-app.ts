import { createKith } from '@kith/core'
import { kithExpress } from '@kith/express'
import { createRedisRateLimits, createRedisRevocations } from '@kith/redis'
import { createSqliteStorage } from '@kith/storage-sqlite'
import express from 'express'
import { Redis } from 'ioredis'

const { DATABASE = '', PORT = '', PREFIX = '', REDIS_PORT = '' } = process.env

const client = new Redis(Number(REDIS_PORT), { socketTimeout: 2_000 })
client.on('error', () => {})
const kith = createKith({
  secret: 'a secret of the tests, of 32 characters or more',
  storage: createSqliteStorage({ path: DATABASE }),
  passwords: { memoryKiB: 8, iterations: 1 },
  revocations: createRedisRevocations({ client, prefix: PREFIX, logger: { warn: () => {} } }),
  rateLimits: createRedisRateLimits({ client, prefix: PREFIX }),
})
await kith.storage.migrate()

const app = express()
app.use(kithExpress(kith).routes)
app.listen(Number(PORT))
