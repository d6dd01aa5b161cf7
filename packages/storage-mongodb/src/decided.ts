/** Asks again while there is no response: what was in the way a moment ago may be gone by the time it is named. */
export async function decided<Answer>(ask: () => Promise<Answer | null>): Promise<Answer> {
  for (;;) {
    const answer = await ask()
    if (answer !== null) return answer
  }
}
