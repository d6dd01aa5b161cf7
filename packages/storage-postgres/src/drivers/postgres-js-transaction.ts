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

/** How a transaction is run. */
export interface TransactionHow {
  isolation: Isolation
  deadline: number
  ask(on: PostgresJsTransaction, query: Query): Promise<Answer>
  /** Whether the server has said anything since that moment. */
  heardSince(moment: number): boolean
}

interface Progress {
  step: 'waiting' | 'working' | 'committing' | 'over'
  isLost: boolean
  mark: Mark | null
}

const markQuery: Query = { text: markStatement, name: null, values: [] }

/**
 * Runs work in a transaction of postgres.js. Release 3.4 ends the process where anything is asked of a connection that is lost, its
 * own COMMIT and ROLLBACK included, and may have opened it anew, so that what follows would be no part of the transaction. So once
 * the connection is lost, what postgres.js waits for never comes: it has given up the transaction by itself.
 */
export async function runTransaction<Result>(
  sql: PostgresJsSql,
  work: (session: Session) => Promise<Result>,
  { isolation, deadline, ask, heardSince }: TransactionHow,
): Promise<Result> {
  const began = performance.now()
  const progress: Progress = { step: 'waiting', isLost: false, mark: null }
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
    // Its turn has come too late.
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
  if (!end.result) throw new TypeError('The transaction has ended without its work')
  return end.result.value
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
