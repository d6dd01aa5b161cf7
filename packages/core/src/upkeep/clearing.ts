import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Log } from '../log/log.ts'
import { JobStopped } from '../steps.ts'
import type { Stores } from '../storage.ts'
import type { Purge } from './purge.ts'

/** Clears away behind a call what the call has marked, one after the other. What it does not finish, upkeep finishes. */
export interface Clearing {
  /** Clears a deleted account away. */
  account(id: string): void
  /** Clears a removed post away. */
  post(id: string): void
  /** Makes the edges of an account follow its ban, or the end of one. */
  ban(id: string): void
  /** Does what tells somebody of it. Upkeep does not find it, so it is not done where too much waits. */
  notice(work: (storage: Stores) => Promise<void>): void
  /** Resolves when all that was marked by now is cleared away, or was given up. Never rejects. */
  settled(): Promise<void>
}

/** How many may wait in a process. Each is an id; more than that is an hour's work, and upkeep finds it as well. */
const mostWaiting = 1_000

interface ClearingParts {
  purge: Purge
  storage: Stores
  log: Log
}

/** Creates what clears away behind calls. */
export function createClearing({ purge, storage, log }: ClearingParts): Clearing {
  let last = Promise.resolve()
  let waiting = 0

  function add(what: string, work: () => Promise<void>): void {
    if (waiting >= mostWaiting) {
      log.warn('clearing.left', { fields: { what } })
      return
    }
    waiting++
    last = last.then(() => clear(what, work))
  }

  async function clear(what: string, work: () => Promise<void>): Promise<void> {
    try {
      // After the response of the call that asked for it.
      await nextTurn()
      await work()
    } catch (error) {
      if (error instanceof JobStopped) return
      log.warn('clearing.failed', { error, fields: { what } })
    } finally {
      waiting--
    }
  }

  return {
    account: (id) => add('a deleted account', () => purge.account(id)),
    post: (id) => add('a removed post', () => purge.post(id)),
    ban: (id) => add('a ban or the end of one', () => purge.settle(id)),
    notice: (work) => add('a notice', () => work(storage)),
    settled: () => last,
  }
}
