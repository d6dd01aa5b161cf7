import { KithError } from '@kith/core'
import { type Answer, ConnectionFault, type Driver, type HostTransaction, type Query } from './driver.ts'
import { toStorageError } from '../storage-error.ts'
import { inTime } from './in-time.ts'
import { pgTransaction } from './pg.ts'
import type { PgClient } from './pg-clients.ts'
import { postgresJsTransaction } from './postgres-js.ts'
import type { PostgresJsTransaction } from './postgres-js-sql.ts'

/**
 * Runs statements in a transaction of the app, which the app commits. Calls run one after the other, since a savepoint
 * of one contains everything that others do meanwhile.
 * @throws TypeError for anything that is not a client or transaction of a driver
 */
export function driverWithin(transaction: unknown): Driver {
  let isGivenUp = false
  const host = hostTransactionOf(transaction, () => {
    // An abandoned call may return after the app has rolled back: then the connection belongs to someone else.
    if (isGivenUp) throw new ConnectionFault('silent')
  })
  let last: Promise<unknown> = Promise.resolve()
  let demanded: Promise<void> | null = null

  /**
   * Rows are locked and reread, which at a higher isolation would show them as they were when the transaction began.
   */
  async function demandReadCommitted(): Promise<void> {
    const { rows } = await host.query({ text: isolation, name: null, values: [] })
    if (rows[0]?.[0] !== 'read committed') throw new KithError('storage-failed', { detail: higher })
  }

  async function inTurn<Result>(deadline: number, work: () => Promise<Result>): Promise<Result> {
    const turn = last.then(async () => {
      demanded ??= demandReadCommitted()
      await demanded
      return await work()
    })
    last = turn.catch(() => {})
    try {
      return await inTime(turn, deadline, () => {
        isGivenUp = true
        return new ConnectionFault('silent')
      })
    } catch (error) {
      // As an error of Kith, so that nobody retries on a connection that is gone, and the transaction with it.
      throw error instanceof ConnectionFault ? toStorageError(error) : error
    }
  }

  return {
    query(query: Query, deadline: number): Promise<Answer> {
      // A failed query spoils the transaction as well, but only if the server or the connection is about to go.
      const reads = query.text.startsWith('SELECT')
      return inTurn(deadline, () =>
        reads ? host.query(query) : host.savepoint((session) => session.query(query)),
      )
    },
    transaction: (work, { deadline }) => inTurn(deadline, () => host.savepoint(work)),
    close: async () => {},
  }
}

const isolation = "SELECT current_setting('transaction_isolation')"
const higher =
  'Begin your transaction at READ COMMITTED, with BEGIN ISOLATION LEVEL READ COMMITTED: the promises of Kith rely on locks.'

function hostTransactionOf(transaction: unknown, demandHeld: () => void): HostTransaction {
  const given = (transaction ?? {}) as Partial<PgClient & PostgresJsTransaction> & {
    savepoint?: unknown
    totalCount?: unknown
  }
  if (typeof given.unsafe === 'function' && typeof given.savepoint === 'function')
    return postgresJsTransaction(given as PostgresJsTransaction, demandHeld)
  if (typeof given.query === 'function' && typeof given.on === 'function' && given.totalCount === undefined)
    return pgTransaction(given as PgClient, demandHeld)
  throw new TypeError(
    'kith.within: give a Client of pg (or one that pool.connect() gave) on which you have run BEGIN, or the sql that sql.begin() of postgres.js hands on',
  )
}
