import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Log } from '../log/log.ts'
import { JobStopped } from '../steps.ts'
import type { Stores } from '../storage.ts'
import type { Purge } from './purge.ts'

/** Cleans up in the background what calls have marked, one after the other. Upkeep finishes the rest. */
export interface Clearing {
  /** Cleans up a deleted account. */
  account(id: string): void
  /** Cleans up a removed post. */
  post(id: string): void
  /** Makes the edges of an account match its ban, or its end. */
  ban(id: string): void
  /** Does notification work. Upkeep does not find it, so it is dropped if too much is waiting. */
  notice(work: (storage: Stores) => Promise<void>): void
  /** Resolves when everything marked so far is cleaned up, or was given up. Never rejects. */
  settled(): Promise<void>
}

/**
 * The maximum number of waiting entries in a process. Each is an id; more is an hour's work, and upkeep finds it as
 * well.
 */
const mostWaiting = 1_000

interface ClearingParts {
  purge: Purge
  storage: Stores
  log: Log
}

/** Creates the background cleanup. */
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
      // After the response of the call that requested it.
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
