import type { ClientSession, MongoClient, TransactionOptions } from 'mongodb'
import type { Deadline } from './deadline.ts'
import { isDuplicate } from './storage-error.ts'

/**
 * Runs work as one transaction: retried from the start after a conflict, and only the commit when its result is
 * unknown. `abort` ends it without a change. A failed commit was not carried out, and the server keeps a record of one
 * whose response was lost: this relies on both, as MongoDB promises them.
 */
export async function runTransaction<Result>(
  client: MongoClient,
  deadline: Deadline,
  work: (session: ClientSession, abort: () => Promise<void>) => Promise<Result>,
): Promise<Result> {
  let attempts = 0
  async function attempt(session: ClientSession): Promise<Result> {
    deadline.check()
    if (attempts++ > 0) deadline.waitingFor = 'storage-busy'
    return await work(session, () => session.abortTransaction())
  }
  for (;;) {
    const session = client.startSession()
    try {
      return await session.withTransaction(attempt, options)
    } catch (error) {
      // Two transactions that insert the same new document: the other one has, so it exists next time.
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
