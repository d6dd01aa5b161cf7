import { RetryLaterError } from '@kith/core'
import { type Answer, ConnectionFault, type Driver, type HostTransaction, type Query } from './driver.ts'
import { toStorageError } from '../storage-error.ts'
import { inTime } from './in-time.ts'
import { pgTransaction } from './pg.ts'
import type { PgClient } from './pg-clients.ts'
import { postgresJsTransaction } from './postgres-js.ts'
import type { PostgresJsTransaction } from './postgres-js-sql.ts'
import { sqlStateOf } from './sql-state.ts'

/**
 * Runs statements in a transaction of the app, which stays its own to commit. One call comes after the other, since a savepoint of one
 * holds what all others do meanwhile.
 * @throws TypeError for what is no client or transaction of a driver
 */
export function driverWithin(transaction: unknown): Driver {
  const host = hostTransactionOf(transaction)
  let last: Promise<unknown> = Promise.resolve()

  async function inTurn<Result>(deadline: number, work: () => Promise<Result>): Promise<Result> {
    const turn = last.then(work)
    last = turn.catch(() => {})
    try {
      return await inTime(turn, deadline, () => new ConnectionFault('silent'))
    } catch (error) {
      // The server has undone what it can: at the isolation of this transaction, trying again in it meets the same.
      if (sqlStateOf(error) === '40001')
        throw new RetryLaterError('storage-busy', { seconds: 1, detail: again }, error)
      // As an error of Kith, so that nobody tries again on a connection that is gone, with which the transaction is.
      throw error instanceof ConnectionFault ? toStorageError(error) : error
    }
  }

  return {
    query(query: Query, deadline: number): Promise<Answer> {
      // A query that fails spoils the transaction as well, but only where the server or the connection is about to go.
      const reads = query.text.startsWith('SELECT')
      return inTurn(deadline, () =>
        reads ? host.query(query) : host.savepoint((session) => session.query(query)),
      )
    },
    transaction: (work, { deadline }) => inTurn(deadline, () => host.savepoint(work)),
    close: async () => {},
  }
}

const again =
  'Your transaction stood in the way of another: roll it back and run it again from its beginning.'

function hostTransactionOf(transaction: unknown): HostTransaction {
  const given = (transaction ?? {}) as Partial<PgClient & PostgresJsTransaction> & {
    savepoint?: unknown
    totalCount?: unknown
  }
  if (typeof given.unsafe === 'function' && typeof given.savepoint === 'function')
    return postgresJsTransaction(given as PostgresJsTransaction)
  if (typeof given.query === 'function' && typeof given.on === 'function' && given.totalCount === undefined)
    return pgTransaction(given as PgClient)
  throw new TypeError(
    'kith.within: give a Client of pg (or one that pool.connect() gave) on which you have run BEGIN, or the sql that sql.begin() of postgres.js hands on',
  )
}
