/**
 * What Kith uses of a `MongoClient`. Any copy of the driver with the API of release 7 fits, such as the one of
 * Mongoose: Kith does not rely on its classes.
 */
export interface MongoClientLike {
  db(name: string): object
  startSession(): object
}

/** Common options of both ways to connect. */
interface MongoCommonOptions {
  /** The name of the database. */
  database: string
  /** The prefix of the names of Kith's collections. @default 'kith_' */
  prefix?: string | undefined
  /**
   * How long a call may take, including the wait for the server. @default 4000 @reason An election takes two to three
   * seconds; clients abandon a request that waits longer.
   */
  timeoutMillis?: number | undefined
}

/** Kith uses a client that the caller created and will close. */
export interface MongoClientOptions extends MongoCommonOptions {
  client: MongoClientLike
  uri?: undefined
}

/** Kith connects itself, on first use, and closes the connection. */
export interface MongoUriOptions extends MongoCommonOptions {
  /** A connection string. */
  uri: string
  client?: undefined
}

/** Where the data is stored: a database of an existing client, or of a server by its connection string. */
export type MongoStorageOptions = MongoClientOptions | MongoUriOptions

/** Options with their defaults. */
export type MongoSettings = MongoStorageOptions & { prefix: string; timeoutMillis: number }

const missingServer =
  'createMongoStorage: give a connection string, { uri, database }, or your own client, { client, database }'

/** Refuses what a type checker would have found. */
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
