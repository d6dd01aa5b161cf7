import type { Removal } from '../upkeep/removal.ts'

/** What was marked as gone: by id, when it is due again; `null` while it was never purged. */
export type MemoryRemovals = Map<string, Date | null>

/** Those that are due at `now`, in the order the ports promise. */
export function dueRemovals(removals: MemoryRemovals, now: Date, limit: number): Removal[] {
  const dueAt = (again: Date | null): number => again?.getTime() ?? 0
  return [...removals]
    .filter(([, again]) => again === null || again <= now)
    .sort(([id, again], [otherId, other]) => dueAt(again) - dueAt(other) || (id < otherId ? -1 : 1))
    .slice(0, limit)
    .map(([id, again]) => ({ id, purged: again !== null }))
}

/** What the ports call `purge`. */
export function notePurge(removals: MemoryRemovals, id: string, again: Date | null): void {
  if (again === null) removals.delete(id)
  else if (removals.has(id)) removals.set(id, new Date(again))
}
