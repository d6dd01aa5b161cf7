import {
  type Answer,
  ConnectionFault,
  type Isolation,
  type Mark,
  markFrom,
  markStatement,
  type Query,
  type Session,
} from './driver.ts'
import { inTime } from './in-time.ts'
import type { PostgresJsSql, PostgresJsTransaction } from './postgres-js-sql.ts'
import { endsConnection } from './sql-state.ts'

/** How to run a transaction. */
export interface TransactionHow {
  isolation: Isolation
  deadline: number
  ask(on: PostgresJsTransaction, query: Query): Promise<Answer>
  /** Whether postgres.js may name its COMMIT. */
  namesCommit: boolean
  /** Whether the server has responded since that moment. */
  heardSince(moment: number): boolean
}

interface Progress {
  step: 'waiting' | 'working' | 'committing' | 'over'
  isLost: boolean
  mark: Mark | null
  /** Our own COMMIT, since that of postgres.js reports nothing. */
  committed: Promise<void> | null
}

const markQuery: Query = { text: markStatement, name: null, values: [] }

/**
 * Runs work in a transaction of postgres.js. Release 3.4 crashes the process if anything is sent on a lost connection,
 * its own COMMIT and ROLLBACK included, and may have reconnected, so that what follows would not be part of the
 * transaction. So once the connection is lost, the promise that postgres.js waits for never settles: it has already
 * given up the transaction.
 */
export async function runTransaction<Result>(
  sql: PostgresJsSql,
  work: (session: Session) => Promise<Result>,
  { isolation, deadline, ask, namesCommit, heardSince }: TransactionHow,
): Promise<Result> {
  const began = performance.now()
  const progress: Progress = { step: 'waiting', isLost: false, mark: null, committed: null }
  const end: { result?: { value: Result }; failure?: { error: unknown } } = {}

  function fault(kind: 'lost' | 'silent', cause?: unknown): ConnectionFault {
    const { step, mark } = progress
    if (step !== 'waiting')
      return new ConnectionFault(kind, { cause, commit: step === 'committing' ? mark : null })
    return new ConnectionFault(kind === 'silent' && heardSince(began) ? 'exhausted' : 'unreachable', {
      cause,
    })
  }

  async function carryOut(transaction: PostgresJsTransaction): Promise<void> {
    // Its turn came too late.
    if (progress.step === 'over') throw new ConnectionFault('exhausted')
    progress.step = 'working'
    const session = sessionOn(transaction, progress, ask)
    try {
      // Sent together with the first statement of the work.
      const marked = isolation === 'read committed' ? session.query(markQuery) : null
      const [value, answer] = await Promise.all([work(session), marked])
      if (answer) progress.mark = markFrom(answer.rows[0])
      end.result = { value }
    } catch (error) {
      end.failure = { error }
    }
    if (progress.isLost) return new Promise<never>(() => {})
    if (end.failure) throw end.failure.error
    if (progress.step !== 'working') throw new ConnectionFault('silent')
    progress.step = 'committing'
    if (namesCommit && isolation === 'read committed') {
      progress.committed = commitAndChain(transaction)
      progress.committed.catch(() => {})
    }
  }

  const whole = sql.begin(`isolation level ${isolation}`, carryOut)
  whole.catch(() => (progress.isLost = true))
  try {
    await inTime(whole, deadline, () => fault('silent'))
  } catch (error) {
    if (error instanceof ConnectionFault || error === end.failure?.error || !endsConnection(error))
      throw error
    throw fault('lost', error)
  } finally {
    progress.step = 'over'
  }
  await progress.committed
  if (!end.result) throw new TypeError('The transaction has ended without its work')
  return end.result.value
}

/**
 * Commits the work, and leaves an empty transaction for the COMMIT of postgres.js, which is sent together with it. If
 * that has a name that the server's connection does not know, as behind a pooler, it fails, postgres.js sends it again,
 * and the server treats a COMMIT after an error as a ROLLBACK: everything was undone, and no error reported.
 */
async function commitAndChain(transaction: PostgresJsTransaction): Promise<void> {
  const sent = transaction.unsafe('COMMIT AND CHAIN', [], { simple: true }) as PromiseLike<{
    command: string
  }>
  const { command } = await sent
  if (command !== 'COMMIT') throw new TypeError('A statement of the transaction had failed')
}

function sessionOn(
  transaction: PostgresJsTransaction,
  progress: Progress,
  ask: TransactionHow['ask'],
): Session {
  return {
    async query(query) {
      if (progress.step !== 'working') throw new TypeError('The transaction has ended')
      if (progress.isLost) throw new ConnectionFault('lost')
      try {
        return await ask(transaction, query)
      } catch (error) {
        if (!endsConnection(error)) throw error
        progress.isLost = true
        throw new ConnectionFault('lost', { cause: error })
      }
    },
  }
}
