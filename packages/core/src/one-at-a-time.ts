/** Runs `work` when all that came before it under the same key is over. Other keys do not wait. */
export type OneAtATime = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>

/** Lets what has one key happen one after the other, within this process. */
export function createOneAtATime(): OneAtATime {
  const last = new Map<string, Promise<unknown>>()
  return async (key, work) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work)
    const over = turn.catch(() => null)
    last.set(key, over)
    try {
      return await turn
    } finally {
      if (last.get(key) === over) last.delete(key)
    }
  }
}
