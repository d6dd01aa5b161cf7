import {
  type Answer,
  ConnectionFault,
  type Driver,
  type HostTransaction,
  type Query,
  type Session,
} from './driver.ts'
import { inTime } from './in-time.ts'
import type { PostgresJsQuery, PostgresJsSql, PostgresJsTransaction } from './postgres-js-sql.ts'
import { runTransaction } from './postgres-js-transaction.ts'
import { endsConnection } from './sql-state.ts'

interface PostgresJsResult extends ReadonlyArray<readonly (Uint8Array | null)[]> {
  count: number | null
  columns: readonly { name: string; type: number }[] | null
}

/** The type `unknown`: the server infers the type, and postgres.js has no serializer that would change the string. */
const unknownType = 705

/** PostgreSQL through postgres.js. */
export function createPostgresJsDriver(
  sql: PostgresJsSql,
  close: () => Promise<void> = async () => {},
): Driver {
  /** When the server last responded: then a statement that does not get its turn waits for others. */
  let heard = -Infinity

  async function ask(on: PostgresJsTransaction, query: Query): Promise<Answer> {
    const result = await pending(on, query)
    heard = performance.now()
    return answerFrom(result as PostgresJsResult)
  }

  return {
    async query(query, deadline) {
      const began = performance.now()
      const asked = pending(sql, query)
      const late = (): ConnectionFault => {
        if (isSent(asked)) return new ConnectionFault('silent')
        asked.cancel()
        return new ConnectionFault(heard > began ? 'exhausted' : 'unreachable')
      }
      try {
        const result = (await inTime(Promise.resolve(asked), deadline, late)) as PostgresJsResult
        heard = performance.now()
        return answerFrom(result)
      } catch (error) {
        if (error instanceof ConnectionFault || !endsConnection(error)) throw error
        throw new ConnectionFault(isSent(asked) ? 'lost' : 'unreachable', { cause: error })
      }
    },
    transaction(work, how) {
      const namesCommit = sql.options.prepare !== false
      return runTransaction(sql, work, { ...how, ask, namesCommit, heardSince: (moment) => heard > moment })
    },
    close,
  }
}

/** The postgres.js transaction whose `sql` the app received. */
export function postgresJsTransaction(sql: PostgresJsTransaction, demandHeld: () => void): HostTransaction {
  const on = (own: PostgresJsTransaction): Session => ({
    async query(query) {
      demandHeld()
      try {
        return answerFrom((await pending(own, query)) as PostgresJsResult)
      } catch (error) {
        throw endsConnection(error) ? new ConnectionFault('lost', { cause: error }) : error
      }
    },
  })
  return {
    ...on(sql),
    // Its own savepoint: a statement that failed outside of one spoils the transaction for postgres.js as well.
    savepoint: (work) => sql.savepoint('kith', (inner) => work(on(inner))),
  }
}

function pending(
  on: Pick<PostgresJsTransaction, 'unsafe' | 'typed'>,
  { text, name, values }: Query,
): PostgresJsQuery {
  const typed = values.map((value) => on.typed(value, unknownType))
  return (on.unsafe(text, typed, { prepare: name !== null, simple: false }) as PostgresJsQuery).raw()
}

/** Whether postgres.js has assigned it to a connection. */
function isSent(query: PostgresJsQuery): boolean {
  return 'state' in query && query.state !== null
}

function answerFrom(result: PostgresJsResult): Answer {
  return {
    columns: result.columns ?? [],
    rows: Array.from(result, (row) => row.map((value) => value && textFrom(value))),
    affected: result.count ?? 0,
  }
}

function textFrom(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
