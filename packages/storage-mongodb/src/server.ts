import { KithError } from '@kith/core'
import type { Db, DbOptions, MongoClient } from 'mongodb'
import type { MongoSettings } from './options.ts'

/** The server that was found. */
export interface Server {
  client: MongoClient
  database: Db
  /** Whether it has transactions: all but a standalone do. */
  transactional: boolean
}

/** Finds the server on first use, and again when it may have changed. */
export interface ServerSource {
  find(): Promise<Server>
  /** Makes the next call check again. */
  forget(): void
  close(): Promise<void>
}

/**
 * Reads see what the primary has; writes are acknowledged when a majority has them in its journal. Documents come as
 * plain values, whatever the client's settings.
 */
const databaseOptions = {
  readPreference: 'primary',
  readConcern: { level: 'local' },
  writeConcern: { w: 'majority', journal: true },
  promoteValues: true,
  promoteLongs: true,
  promoteBuffers: false,
  useBigInt64: false,
  ignoreUndefined: false,
  raw: false,
} as unknown as DbOptions

/** Creates the source of one storage, without connecting. */
export function createServerSource(settings: MongoSettings): ServerSource {
  let client: Promise<MongoClient> | null = null
  let server: Promise<Server> | null = null
  let closed = false

  async function open(): Promise<Server> {
    if (closed) throw new KithError('storage-failed', { detail: 'The storage was closed: create a new one.' })
    client ??= settings.client ? Promise.resolve(settings.client as MongoClient) : connect(settings)
    const used = await client
    const database = used.db(settings.database, databaseOptions)
    const { setName, msg } = await database.command({ hello: 1 })
    return { client: used, database, transactional: setName !== undefined || msg === 'isdbgrid' }
  }

  return {
    async find() {
      server ??= open()
      try {
        return await server
      } catch (error) {
        server = null
        throw error
      }
    },
    forget: () => void (server = null),
    async close() {
      closed = true
      server = null
      // A client that could not be created has nothing to close.
      if (settings.client === undefined) await (await client?.catch(() => null))?.close()
      client = null
    },
  }
}

async function connect({ uri = '', timeoutMillis }: MongoSettings): Promise<MongoClient> {
  // Loaded here, so that an app that passes a client of another copy of the driver does not load this one.
  const { MongoClient } = await import('mongodb')
  try {
    return new MongoClient(uri, { serverSelectionTimeoutMS: timeoutMillis, appName: 'kith' })
  } catch (error) {
    throw new KithError('storage-failed', {
      detail: 'The driver cannot read the uri: see the cause of this error in the log.',
      cause: new Error(withoutUserInfo(error instanceof Error ? error.message : String(error), uri)),
    })
  }
}

/** The driver's message about a connection string may contain its user or password. */
function withoutUserInfo(text: string, uri: string): string {
  const userInfo = uri.slice(uri.indexOf('//') + 2, Math.max(uri.lastIndexOf('@'), 0))
  const secrets = [userInfo, ...userInfo.split(':')].filter((secret) => secret !== '')
  return secrets.reduce((safe, secret) => safe.replaceAll(secret, '***'), text)
}
