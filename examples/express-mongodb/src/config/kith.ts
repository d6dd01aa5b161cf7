import { fileURLToPath } from 'node:url'
import { createKith, type Kith, type KithOptions } from '@kith/core'
import { createRedisRateLimits, createRedisRevocations } from '@kith/redis'
import { createMongoStorage } from '@kith/storage-mongodb'
import { Redis } from 'ioredis'
import { chooseCaptions, chooseMedia } from 'kith-example-adapters'
import type { MongoClient } from 'mongodb'
import type { Env } from './env.ts'

/**
 * Where uploads wait, and where pictures and videos are stored unless `.env` names a host for them. Read from the environment itself,
 * because `.env` is read later.
 */
export const uploadsFolder: string =
  process.env['UPLOADS_DIRECTORY'] || fileURLToPath(new URL('../../uploads', import.meta.url))

/** Replaces the models, the controllers, and the calls of jsonwebtoken and bcrypt. */
export async function connectKith(env: Env, client: MongoClient): Promise<Kith> {
  const media = await chooseMedia(process.env, `${uploadsFolder}/media`)
  const captions = await chooseCaptions(process.env, media.captions)
  return createKith({
    secret: env.secret,
    storage: createMongoStorage({ client, database: client.db().databaseName }),
    accounts: { identifiers: { username: 'required', email: 'required' } },
    sessions: { accessTtl: env.accessTtl, refreshTtl: env.refreshTtl },
    media: media.options,
    captions: captions.option,
    ...(env.redisUrl !== null && acrossProcesses(new Redis(env.redisUrl))),
  })
}

/** With several server processes, the state that they must share. */
function acrossProcesses(client: Redis): Pick<KithOptions, 'revocations' | 'rateLimits'> {
  // It reconnects by itself; meanwhile each call reports the problem.
  client.on('error', () => {})
  return {
    revocations: createRedisRevocations({ client }),
    rateLimits: createRedisRateLimits({ client }),
  }
}
