/** Runs work when all work before it that shares a key is done. */
export type InTurn = <Result>(keys: readonly string[], work: () => Promise<Result>) => Promise<Result>

/**
 * Lets the calls of one process that change the same documents go one after the other. Transactions that meet on a
 * document fail and are repeated; followers who arrive at once at one account would mostly do that.
 */
export function createTurns(): InTurn {
  const last = new Map<string, Promise<void>>()

  return async (keys, work) => {
    const before = keys.flatMap((key) => last.get(key) ?? [])
    const { promise, resolve } = Promise.withResolvers<void>()
    for (const key of keys) last.set(key, promise)
    try {
      await Promise.all(before)
      return await work()
    } finally {
      resolve()
      for (const key of keys) if (last.get(key) === promise) last.delete(key)
    }
  }
}
