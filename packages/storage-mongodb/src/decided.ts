/** Repeats while there is no result: the obstacle may be gone by the time it is looked up. */
export async function decided<Answer>(ask: () => Promise<Answer | null>): Promise<Answer> {
  for (;;) {
    const answer = await ask()
    if (answer !== null) return answer
  }
}
