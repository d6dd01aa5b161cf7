import { AsyncLocalStorage } from 'node:async_hooks'
import type { Revocations, RotationResult, Storage } from '@kith/core/ports'

/** A call of a service that stops before each of its steps. */
export interface GatedCall {
  /** Its current position: the next step, or `null` if it has settled. */
  next(): Promise<string | null>
  /** Takes the next step. */
  step(): void
  result(): Promise<unknown>
}

interface Gates {
  pass(step: string): Promise<void>
}

const current = new AsyncLocalStorage<Gates>()

/** Starts a call that stops before each step. A call that is never stepped again has died with its process. */
export function startGated(work: () => Promise<unknown>): GatedCall {
  let reach: (step: string | null) => void = () => {}
  let reached = newReach()
  let open: () => void = () => {}

  function newReach(): Promise<string | null> {
    return new Promise((resolve) => (reach = resolve))
  }

  const gates: Gates = {
    pass: (step) =>
      new Promise((resolve) => {
        open = resolve
        reach(step)
      }),
  }
  const result = current.run(gates, work).finally(() => reach(null))
  result.catch(() => {})
  return {
    next: () => reached,
    step() {
      reached = newReach()
      open()
    },
    result: () => result,
  }
}

const gate = async (step: string): Promise<void> => await current.getStore()?.pass(step)

/** What is recorded of the row. */
export interface RowWatch {
  rotated(result: RotationResult): void
  ended(): void
}

/** A storage whose steps wait for their calls, and record the changes of the row. */
export function gatedStorage(storage: Storage, watch: RowWatch): Storage {
  const { users, sessions } = storage
  return {
    ...storage,
    users: {
      ...users,
      async byId(id) {
        await gate('account')
        return await users.byId(id)
      },
      async update(id, changes, ...rest) {
        await gate('raise')
        const result = await users.update(id, changes, ...rest)
        if (changes.endSessions) watch.ended()
        return result
      },
    },
    sessions: {
      ...sessions,
      async rotate(rotation) {
        await gate('rotate')
        const result = await sessions.rotate(rotation)
        watch.rotated(result)
        return result
      },
      async revoke(...given) {
        await gate('revoke')
        const ended = await sessions.revoke(...given)
        if (ended) watch.ended()
        return ended
      },
      async revokeAll(...given) {
        await gate('revokeAll')
        return await sessions.revokeAll(...given)
      },
    },
  }
}

/** A denylist whose entries this process has as soon as it denies something itself, and otherwise when they are delivered. */
export interface LaggingRevocations extends Revocations {
  deliver(): void
}

/** What the processes share of it: until when each key is denied, in seconds of real time. */
export type Denylist = Map<string, number>

export function createLaggingRevocations(
  shared: Denylist,
  { lived, clock, told }: { lived: () => number; clock: () => Date; told: () => void },
): LaggingRevocations {
  const own: Denylist = new Map(shared)
  return {
    async revoke(keys, until) {
      await gate('deny')
      const ends = lived() + (until.getTime() - clock().getTime()) / 1000
      for (const key of keys) for (const list of [own, shared]) list.set(key, ends)
      told()
    },
    isRevoked: (key) => (own.get(key) ?? 0) > lived(),
    deliver() {
      for (const [key, ends] of shared) own.set(key, ends)
    },
  }
}
