import type { ClientSession, MongoClient, TransactionOptions } from 'mongodb'
import type { Deadline } from './deadline.ts'
import { isDuplicate } from './storage-error.ts'

/** Something to be done in one step. */
export interface Atom<Result> {
  /** May be done several times. `abort` ends the transaction without a change. */
  work(session: ClientSession, abort: () => Promise<void>): Promise<Result>
  /**
   * Whether the change is there and this call made it. Asked where a commit failed and the next attempt aborts, having
   * found nothing to do. @default never
   */
  isDone?: (() => Promise<boolean>) | undefined
}

/**
 * Runs work as one transaction: again from the start when it met another one, and the commit alone when its result is not
 * known. A commit that failed was not carried out, says MongoDB; but a server that forgets its transactions when it is
 * killed says so of one that was. Then the attempt that was committed has the result, and not the one that came too late.
 */
export async function runTransaction<Result>(
  client: MongoClient,
  deadline: Deadline,
  { work, isDone = () => Promise.resolve(false) }: Atom<Result>,
): Promise<Result> {
  let attempts = 0
  let committing: { result: Result } | null = null
  async function attempt(session: ClientSession): Promise<Result> {
    deadline.check()
    if (attempts++ > 0) deadline.waitingFor = 'storage-busy'
    const result = await work(session, () => session.abortTransaction())
    if (session.inTransaction()) committing = { result }
    else if (committing && (await isDone())) return committing.result
    return result
  }
  for (;;) {
    const session = client.startSession()
    try {
      return await session.withTransaction(attempt, options)
    } catch (error) {
      // Two transactions that insert the same new document: the other one has, so next time it is there.
      if (!isDuplicate(error)) throw error
    } finally {
      await session.endSession()
    }
  }
}

const options: TransactionOptions = {
  readPreference: 'primary',
  readConcern: 'snapshot',
  writeConcern: { w: 'majority', journal: true },
}
