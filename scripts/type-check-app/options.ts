import { createSketchCaptions, type KithOptions } from '@kith/core'
import { createLocalBlobs } from '@kith/blob-local'
import { createSharpImages } from '@kith/media-sharp'
import { createMongoStorage } from '@kith/storage-mongodb'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { createRedisRateLimits, createRedisRevocations } from '@kith/redis'
import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'

const images = createSharpImages()
const uri = process.env['MONGODB_URI']
const redis = new Redis()

export const options: Omit<KithOptions, 'accounts' | 'posts'> = {
  secret: process.env['KITH_SECRET'] ?? '',
  storage: uri
    ? createMongoStorage({ client: new MongoClient(uri), database: 'app' })
    : createSqliteStorage({ path: 'app.db' }),
  media: { blobs: createLocalBlobs({ directory: 'media', images }), images },
  captions: createSketchCaptions(),
  limits: { postByAccount: [{ limit: 10, window: '1h' }] },
  revocations: createRedisRevocations({ client: redis }),
  rateLimits: createRedisRateLimits({ client: redis }),
  logger: console,
}
