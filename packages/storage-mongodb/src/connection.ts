import { type Collections, collectionsOf } from './collections.ts'
import { type Deadline, withDeadline } from './deadline.ts'
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
  /** When the call is over, done or not. */
  readonly until: Date
  /**
   * Runs work as one transaction; it may be run several times, and may undo itself by `abort`. Calls of this process
   * that name a document in common take turns. What aborts when its change is there already tells by `isDone` whether
   * it is its own.
   */
  atomically<Result>(
    contended: readonly string[],
    work: (collections: Collections, abort: () => Promise<void>) => Promise<Result>,
    isDone?: () => Promise<boolean>,
  ): Promise<Result>
  /** The same, or without a transaction where the server has none: for what can be repeated after a crash. */
  together<Result>(
    contended: readonly string[],
    work: (collections: Collections) => Promise<Result>,
  ): Promise<Result>
}

/** How the stores reach the database. */
export interface Connection {
  /** Runs a call within its time and gives its errors Kith's codes. `name` goes with every command. */
  call<Result>(name: string, work: (call: Call) => Promise<Result>): Promise<Result>
  /** The same for upkeep, which has a minute. */
  longCall<Result>(name: string, work: (call: Call) => Promise<Result>): Promise<Result>
}

const longMillis = 60_000
const beside = { comment: 'kith schema', maxTimeMS: 5_000 }
const unlimited = Object.freeze({ waitingFor: 'storage-unavailable', check: () => {} } as const)

/** Creates it; nothing is opened yet. */
export function createConnection({ prefix, timeoutMillis }: MongoSettings, source: ServerSource): Connection {
  const inTurn = createTurns()
  const demandSchema = createSchemaWatch()

  async function run<Result>(
    name: string,
    millis: number,
    work: (call: Call) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await withDeadline(millis, async (deadline) => {
        const server = await source.find()
        const call = createCall({ server, prefix, inTurn, name, millis, deadline })
        await demandSchema(
          call.collections.schema,
          () => collectionsOf({ database: server.database, prefix }, beside, unlimited).schema,
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

interface CallParts {
  server: Server
  prefix: string
  inTurn: InTurn
  name: string
  millis: number
  deadline: Deadline
}

function createCall({ server, prefix, inTurn, name, millis, deadline }: CallParts): Call {
  const { client, database, transactional } = server
  const options = { comment: `kith ${name}`, maxTimeMS: millis }
  const place = { database, prefix }
  const call: Call = {
    collections: collectionsOf(place, options, deadline),
    transactional,
    until: new Date(Date.now() + millis),
    async atomically(contended, work, isDone) {
      deadline.waitingFor = 'storage-busy'
      return inTurn(contended, () => {
        deadline.waitingFor = 'storage-unavailable'
        return runTransaction(client, deadline, {
          work: (session, abort) => work(collectionsOf(place, { ...options, session }, deadline), abort),
          isDone,
        })
      })
    },
    together: (contended, work) =>
      transactional ? call.atomically(contended, work) : work(call.collections),
  }
  return call
}
