import { type Collections, collectionsOf } from './collections.ts'
import { type Deadline, unlimited, withDeadline } from './deadline.ts'
import type { MongoSettings } from './options.ts'
import { createSchemaWatch } from './schema-version.ts'
import type { Server, ServerSource } from './server.ts'
import { isOtherServer, toStorageError } from './storage-error.ts'
import { runTransaction } from './transaction.ts'
import { createTurns, type InTurn } from './turns.ts'

/** One call of a store. */
export interface Call {
  readonly collections: Collections
  /** Whether the server has transactions: all but a standalone do. */
  readonly transactional: boolean
  /**
   * Runs work as one transaction; it may be run several times, and may undo itself with `abort`. Calls of this process
   * that name a document in common take turns. On a standalone it runs without a transaction, once, and `abort` undoes
   * nothing.
   */
  atomically<Result>(
    contended: readonly string[],
    work: (collections: Collections, abort: () => Promise<void>) => Promise<Result>,
  ): Promise<Result>
}

/** How the stores access the database. */
export interface Connection {
  /** Runs a call within its time limit and converts its errors to Kith errors. `name` is sent with every command. */
  call<Result>(name: string, work: (call: Call) => Promise<Result>): Promise<Result>
  /** The same for upkeep, which has a minute. */
  longCall<Result>(name: string, work: (call: Call) => Promise<Result>): Promise<Result>
}

const longMillis = 60_000
const beside = { comment: 'kith schema', maxTimeMS: 5_000 }

/** Creates it, without connecting. */
export function createConnection({ prefix, timeoutMillis }: MongoSettings, source: ServerSource): Connection {
  const inTurn = createTurns()
  let watched: { server: Server; demandSchema: ReturnType<typeof createSchemaWatch> } | null = null

  /** Created again for another server, which may be of another kind. */
  function watchOf(server: Server): ReturnType<typeof createSchemaWatch> {
    if (watched?.server !== server)
      watched = { server, demandSchema: createSchemaWatch(server.transactional) }
    return watched.demandSchema
  }

  async function run<Result>(
    name: string,
    millis: number,
    work: (call: Call) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await withDeadline(millis, async (deadline) => {
        const server = await source.find()
        const call = createCall({ server, prefix, inTurn, name, millis, deadline })
        await watchOf(server)(
          call.collections.schema,
          () => collectionsOf({ database: server.database, prefix }, beside, unlimited()).schema,
        )
        return work(call)
      })
    } catch (error) {
      if (isOtherServer(error)) source.forget()
      throw toStorageError(error)
    }
  }

  return {
    call: (name, work) => run(name, timeoutMillis, work),
    longCall: (name, work) => run(name, Math.max(longMillis, timeoutMillis), work),
  }
}

/** The dependencies of a call. */
interface CallParts {
  server: Server
  prefix: string
  inTurn: InTurn
  name: string
  /** Absent if there is no time limit. */
  millis: number | null
  deadline: Deadline
}

/** Creates one call. */
export function createCall({ server, prefix, inTurn, name, millis, deadline }: CallParts): Call {
  const { client, database, transactional } = server
  const options = { comment: `kith ${name}`, ...(millis !== null && { maxTimeMS: millis }) }
  const place = { database, prefix }
  const collections = collectionsOf(place, options, deadline)
  return {
    collections,
    transactional,
    async atomically(contended, work) {
      if (!transactional) return await work(collections, async () => {})
      deadline.waitingFor = 'storage-busy'
      return inTurn(contended, () => {
        deadline.waitingFor = 'storage-unavailable'
        return runTransaction(client, deadline, (session, abort) =>
          work(collectionsOf(place, { ...options, session }, deadline), abort),
        )
      })
    },
  }
}
