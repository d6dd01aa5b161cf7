/** Runs work when all earlier work that shares a key is done. */
export type InTurn = <Result>(keys: readonly string[], work: () => Promise<Result>) => Promise<Result>

/**
 * Lets calls of one process that change the same documents run one after the other. Transactions that conflict on a
 * document fail and are retried, which many concurrent follows of one account would usually do.
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
