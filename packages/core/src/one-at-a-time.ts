/** Runs `work` when all earlier work with the same key is done. Other keys do not wait. */
export type OneAtATime = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>

/** Runs work with the same key one after the other, within this process. */
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
