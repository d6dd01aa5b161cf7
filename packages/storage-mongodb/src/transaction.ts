import type { ClientSession, MongoClient, TransactionOptions } from 'mongodb'
import type { Deadline } from './deadline.ts'
import { isDuplicate } from './storage-error.ts'

/** What is done in a transaction. It may be done several times. `abort` ends the transaction without a change. */
export type TransactionWork<Result> = (session: ClientSession, abort: () => Promise<void>) => Promise<Result>

/**
 * Runs work as one transaction: again from the start when it met another one, and the commit alone when its result is not
 * known. Where the server has forgotten that transaction too, it runs from the start, and finds that nothing is left to do
 * if it was committed: then the first result holds.
 */
export async function runTransaction<Result>(
  client: MongoClient,
  deadline: Deadline,
  work: TransactionWork<Result>,
): Promise<Result> {
  let attempts = 0
  let ended: { result: Result } | null = null
  async function attempt(session: ClientSession): Promise<Result> {
    deadline.check()
    if (attempts++ > 0) deadline.waitingFor = 'storage-busy'
    const result = await work(session, () => session.abortTransaction())
    if (!session.inTransaction()) return ended ? ended.result : result
    ended = { result }
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
