import { fileURLToPath } from 'node:url'
import { createLocalBlobs } from '@kith/blob-local'
import { createKith, createSketchCaptions, type Kith, type KithOptions } from '@kith/core'
import { createSharpImages } from '@kith/media-sharp'
import { createMediabunnyVideos } from '@kith/media-video'
import { createRedisRateLimits, createRedisRevocations } from '@kith/redis'
import { createMongoStorage } from '@kith/storage-mongodb'
import { Redis } from 'ioredis'
import type { MongoClient } from 'mongodb'
import type { Env } from './env.ts'

/** Where pictures and videos are kept, and where uploads wait. */
export const uploadsFolder: string = fileURLToPath(new URL('../../uploads', import.meta.url))

/** Takes the place of the models, of the controllers, and of the jsonwebtoken and bcrypt calls. */
export function connectKith(env: Env, client: MongoClient): Kith {
  const images = createSharpImages()
  return createKith({
    secret: env.secret,
    storage: createMongoStorage({ client, database: client.db().databaseName }),
    accounts: { identifiers: { username: 'required', email: 'required' } },
    sessions: { accessTtl: env.accessTtl, refreshTtl: env.refreshTtl },
    media: {
      blobs: createLocalBlobs({ directory: `${uploadsFolder}/media`, images }),
      images,
      videos: createMediabunnyVideos(),
    },
    captions: createSketchCaptions(),
    ...(env.redisUrl !== null && acrossProcesses(new Redis(env.redisUrl))),
  })
}

/** With several server processes, what has to hold in all of them at once. */
function acrossProcesses(client: Redis): Pick<KithOptions, 'revocations' | 'rateLimits'> {
  // It connects again by itself; meanwhile each call says what is wrong.
  client.on('error', () => {})
  return {
    revocations: createRedisRevocations({ client }),
    rateLimits: createRedisRateLimits({ client }),
  }
}
