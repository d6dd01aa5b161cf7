/** Lets what concerns one key happen one after the other, within this process. */
export function createTurns(): <Answer>(key: string, act: () => Promise<Answer>) => Promise<Answer> {
  const last = new Map<string, Promise<unknown>>()
  return async (key, act) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(act)
    const over = turn.catch(() => null)
    last.set(key, over)
    try {
      return await turn
    } finally {
      if (last.get(key) === over) last.delete(key)
    }
  }
}
