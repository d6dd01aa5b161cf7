import type { Kith, KithOptions } from '@kith/core'
import type { Storage } from '@kith/core/ports'
import { CliError, usageError } from '../cli-error.ts'
import type { CliConfig, HttpSettings, MongoProbe, PostgresProbe, RedisProbe } from './cli-config.ts'
import { optionalPackage } from './optional-package.ts'

/** The environment of a process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The environment variables for use without a config file. docs/cli.md lists them. */
export const environmentVariables: readonly (readonly [name: string, summary: string])[] = [
  ['KITH_CONFIG', 'the path of a config file, like `--config`'],
  ['KITH_SECRET', 'the secret of the app'],
  ['KITH_PREVIOUS_SECRETS', 'the previous ones, separated by commas'],
  ['KITH_SQLITE', 'the path of an SQLite file'],
  ['KITH_MONGODB_URI', 'or the URI of a MongoDB server, with the name of the database as its path'],
  ['KITH_POSTGRES_URL', 'or the URL of a PostgreSQL database, `postgres://user:password@host:5432/database`'],
  ['KITH_POSTGRES_SCHEMA', 'the schema of Kith there, if it is not `kith`'],
  ['KITH_REDIS_URL', 'the Redis with which the app shares revocations and limits'],
  ['KITH_REDIS_PREFIX', 'the prefix of its keys, if it is not `kith`'],
  ['KITH_MEDIA_DIRECTORY', 'the folder of local media'],
  ['KITH_ACCESS_TTL', 'the lifetime of access tokens, if the app changes it (`15m`)'],
  ['KITH_REFRESH_TTL', 'how long a session lasts without a refresh, if the app changes it (`30d`)'],
  ['KITH_AUDIT_KEEP_FOR', 'how long audit log entries are kept, if the app keeps a log (`365d`)'],
  ['KITH_ALLOWED_ORIGINS', 'for doctor: the `allowedOrigins` of the app, separated by commas'],
  ['KITH_COOKIE_SECURE', 'for doctor: `false` if the app sets `cookies.secure: false`'],
  ['KITH_TRUST_PROXY', 'for doctor: the proxy setting of the framework, such as `1`'],
]

/** A refusal by createKith is a mistake in the environment. */
function made(create: () => Kith): Kith {
  try {
    return create()
  } catch (cause) {
    throw new CliError(`The environment variables are invalid: ${(cause as Error).message}`, {
      hint: 'Change the variable (docs/cli.md lists them), or write a kith.config.ts.',
      cause,
    })
  }
}

interface Opened {
  storage: Storage
  mongodb?: MongoProbe
  postgres?: PostgresProbe
  /** If the database also has what processes share. */
  shared?: Pick<KithOptions, 'revocations' | 'rateLimits'>
  close?: () => unknown
}

interface Shared extends Pick<KithOptions, 'revocations' | 'rateLimits'> {
  redis?: RedisProbe
  close?: () => unknown
}

/** Creates a Kith from environment variables. @throws CliError that names a missing one */
export async function environmentConfig(env: Environment, creates: boolean): Promise<CliConfig> {
  const secret = env['KITH_SECRET']
  if (!secret) {
    throw usageError(
      'KITH_SECRET is not set.',
      'Set it to the secret of your app, or write a kith.config.ts: see docs/cli.md.',
    )
  }
  const previous = listOf(env['KITH_PREVIOUS_SECRETS'])
  const { createKith } = await import('@kith/core')
  const { storage, mongodb, postgres, shared, close: closeStorage } = await openStorage(env, creates)
  const { redis, close: closeRedis, ...inRedis } = await openRedis(env)
  const directory = env['KITH_MEDIA_DIRECTORY']
  const media = directory ? await openMedia(directory) : undefined
  const kith = made(() =>
    createKith({
      secret: { current: secret, previous },
      storage,
      sessions: lifetimes(env),
      audit: auditLog(env),
      media,
      ...shared,
      ...inRedis,
    }),
  )
  return {
    kith,
    http: httpSettings(env),
    redis,
    mongodb,
    postgres,
    async close() {
      await closeRedis?.()
      await closeStorage?.()
    },
  }
}

async function openStorage(env: Environment, creates: boolean): Promise<Opened> {
  const { KITH_SQLITE: path, KITH_MONGODB_URI: uri, KITH_POSTGRES_URL: url } = env
  const set = databases.filter((name) => env[name])
  if (set.length > 1) {
    throw usageError(`${set.join(' and ')} are both set.`, 'Unset all but the one for your database.')
  }
  if (path) {
    const { createSqliteStorage } = await optionalPackage('@kith/storage-sqlite', {
      because: 'KITH_SQLITE',
      load: () => import('@kith/storage-sqlite'),
    })
    return { storage: createSqliteStorage({ path, mustExist: !creates && path !== ':memory:' }) }
  }
  if (uri) return await openMongo(uri)
  if (url) return await openPostgres(url, env['KITH_POSTGRES_SCHEMA'])
  throw usageError(
    `No kith.config.ts was found, and none of ${databases.join(', ')} is set.`,
    'Run this where your app is, give --config, or set one of them: see docs/cli.md.',
  )
}

/** Each identifies a database; an app has one. */
const databases = ['KITH_SQLITE', 'KITH_MONGODB_URI', 'KITH_POSTGRES_URL'] as const

async function openMongo(uri: string): Promise<Opened> {
  const because = 'KITH_MONGODB_URI'
  const { createMongoStorage } = await optionalPackage('@kith/storage-mongodb', {
    because,
    load: () => import('@kith/storage-mongodb'),
  })
  const { MongoClient } = await optionalPackage('mongodb', { because, load: () => import('mongodb') })
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 5_000 })
  const { databaseName } = client.db()
  return {
    storage: createMongoStorage({ client, database: databaseName }),
    mongodb: client,
    close: () => client.close(),
  }
}

async function openPostgres(url: string, schema: string | undefined): Promise<Opened> {
  const because = 'KITH_POSTGRES_URL'
  const { createPostgresStorage, createPostgresRevocations, createPostgresRateLimits } =
    await optionalPackage('@kith/storage-postgres', {
      because,
      load: () => import('@kith/storage-postgres'),
    })
  const { default: pg } = await optionalPackage('pg', { because, load: () => import('pg') })
  const pool = new pg.Pool({ connectionString: url, max: 5, connectionTimeoutMillis: 5_000 })
  // Each call reports errors.
  pool.on('error', () => {})
  const options = { pool, ...(schema && { schema }) }
  return {
    storage: createPostgresStorage(options),
    postgres: pool,
    // If the app shares its sessions some other way, nobody reads what is written here.
    shared: {
      revocations: createPostgresRevocations({ ...options, listen: false }),
      rateLimits: createPostgresRateLimits(options),
    },
    close: () => pool.end(),
  }
}

async function openRedis(env: Environment): Promise<Shared> {
  const { KITH_REDIS_URL: url, KITH_REDIS_PREFIX: prefix } = env
  if (!url) return {}
  const because = 'KITH_REDIS_URL'
  const { createRedisRevocations, createRedisRateLimits } = await optionalPackage('@kith/redis', {
    because,
    load: () => import('@kith/redis'),
  })
  const { Redis } = await optionalPackage('ioredis', { because, load: () => import('ioredis') })
  const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1, connectTimeout: 5_000 })
  // Each call reports errors.
  client.on('error', () => {})
  const options = { client, ...(prefix && { prefix }) }
  const revocations = createRedisRevocations(options)
  return {
    redis: client as RedisProbe,
    revocations,
    rateLimits: createRedisRateLimits(options),
    async close() {
      await revocations.close()
      client.disconnect()
    },
  }
}

async function openMedia(directory: string): Promise<KithOptions['media']> {
  const because = 'KITH_MEDIA_DIRECTORY'
  const { createLocalBlobs } = await optionalPackage('@kith/blob-local', {
    because,
    load: () => import('@kith/blob-local'),
  })
  const { createSharpImages } = await optionalPackage('@kith/media-sharp', {
    because,
    load: () => import('@kith/media-sharp'),
  })
  const images = createSharpImages()
  return { blobs: createLocalBlobs({ directory, images }), images }
}

function lifetimes(env: Environment): NonNullable<KithOptions['sessions']> {
  const { KITH_ACCESS_TTL: accessTtl, KITH_REFRESH_TTL: refreshTtl } = env
  return {
    ...(accessTtl && { accessTtl: accessTtl as `${number}m` }),
    ...(refreshTtl && { refreshTtl: refreshTtl as `${number}d` }),
  }
}

function auditLog({ KITH_AUDIT_KEEP_FOR: keepFor }: Environment): KithOptions['audit'] {
  return keepFor ? { keepFor: keepFor as `${number}d` } : null
}

function httpSettings(env: Environment): HttpSettings | undefined {
  const { KITH_ALLOWED_ORIGINS: origins, KITH_COOKIE_SECURE: secure, KITH_TRUST_PROXY: trust } = env
  if (origins === undefined && secure === undefined && trust === undefined) return undefined
  return {
    allowedOrigins: listOf(origins),
    cookies: { secure: secure !== 'false' },
    ...(trust !== undefined && { trustProxy: readTrust(trust) }),
  }
}

function readTrust(text: string): boolean | number | string {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^\d+$/.test(text) ? Number(text) : text
}

function listOf(text: string | undefined): string[] {
  return (text ?? '').split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]))
}
