import type { ClientSession, MongoClient, TransactionOptions } from 'mongodb'
import type { Deadline } from './deadline.ts'
import { isDuplicate } from './storage-error.ts'

/**
 * What is done in a transaction. It may be done several times. `abort` ends the transaction without a change. `earlier` is
 * what an earlier run came to whose commit may have been carried out, for a run that finds its own work done.
 */
export type TransactionWork<Result> = (
  session: ClientSession,
  abort: () => Promise<void>,
  earlier: Result | null,
) => Promise<Result>

/**
 * Runs work as one transaction: again from the start when it met another one, and the commit alone when its result is not
 * known. Where the server has forgotten that transaction too, it runs from the start although it may be carried out.
 */
export async function runTransaction<Result>(
  client: MongoClient,
  deadline: Deadline,
  work: TransactionWork<Result>,
): Promise<Result> {
  let attempts = 0
  let earlier: Result | null = null
  async function attempt(session: ClientSession): Promise<Result> {
    deadline.check()
    if (attempts++ > 0) deadline.waitingFor = 'storage-busy'
    const result = await work(session, () => session.abortTransaction(), earlier)
    if (session.inTransaction()) earlier = result
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
