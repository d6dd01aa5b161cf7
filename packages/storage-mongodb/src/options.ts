/**
 * What Kith uses of a `MongoClient`. Any copy of the driver fits that has the API of release 7, such as the one that
 * comes with Mongoose: nothing of its classes is relied on.
 */
export interface MongoClientLike {
  db(name: string): object
  startSession(): object
}

/** What both ways to reach the server have in common. */
interface MongoCommonOptions {
  /** The name of the database. */
  database: string
  /** What the names of Kith's collections begin with. @default 'kith_' */
  prefix?: string | undefined
  /** How long a call may take, waiting for the server included. @default 4000 @reason An election takes two to three seconds; a request that waits longer is given up by its client. */
  timeoutMillis?: number | undefined
}

/** Kith uses a client that the caller made and will close. */
export interface MongoClientOptions extends MongoCommonOptions {
  client: MongoClientLike
  uri?: undefined
}

/** Kith connects by itself, at the first use, and closes the connection. */
export interface MongoUriOptions extends MongoCommonOptions {
  /** A connection string. */
  uri: string
  client?: undefined
}

/** Where the data is kept: a database of a client that is there, or of a server by its address. */
export type MongoStorageOptions = MongoClientOptions | MongoUriOptions

/** Options with their defaults. */
export type MongoSettings = MongoStorageOptions & { prefix: string; timeoutMillis: number }

const missingServer =
  'createMongoStorage: give a connection string, { uri, database }, or a client that you made, { client, database }'

/** Refuses what no type checker saw. */
export function checkOptions(options: MongoStorageOptions): MongoSettings {
  if (typeof options !== 'object' || options === null) throw new TypeError(missingServer)
  const { client, uri, database, prefix = 'kith_', timeoutMillis = 4000 } = options
  if (client === undefined && uri === undefined) throw new TypeError(missingServer)
  if (client !== undefined && uri !== undefined)
    throw new TypeError('createMongoStorage: give a client or a uri, not both')
  if (uri !== undefined && (typeof uri !== 'string' || uri === '')) {
    throw new TypeError('uri must be a connection string')
  }
  if (client !== undefined && !(isFunction(client?.db) && isFunction(client.startSession))) {
    throw new TypeError('client must be a MongoClient')
  }
  if (typeof database !== 'string' || database === '') {
    throw new TypeError('database must be the name of a database')
  }
  if (typeof prefix !== 'string' || !/^[A-Za-z0-9_]*$/.test(prefix)) {
    throw new TypeError('prefix must consist of letters, digits and underscores')
  }
  if (!Number.isInteger(timeoutMillis) || timeoutMillis < 1) {
    throw new TypeError('timeoutMillis must be a whole number of milliseconds')
  }
  return { ...options, prefix, timeoutMillis }
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}
