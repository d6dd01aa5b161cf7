import type { Clock } from '../id.ts'
import type { Revocations } from '../sessions/revocations.ts'

/** The denylist of a single process. Entries leave when the tokens they deny have expired. */
export function createMemoryRevocations(clock: Clock = () => new Date()): Revocations {
  const denied = new Map<string, number>()

  return {
    async revoke(sessionIds, until) {
      const now = clock().getTime()
      for (const [id, end] of denied) {
        // Entries stand in the order they were made and last about equally long, so the first live one ends the sweep.
        if (end > now) break
        denied.delete(id)
      }
      for (const id of sessionIds) denied.set(id, Math.max(until.getTime(), denied.get(id) ?? 0))
    },
    isRevoked: (sessionId) => denied.has(sessionId),
  }
}
