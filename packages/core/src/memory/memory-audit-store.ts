import type { AuditStore } from '../audit/audit-store.ts'
import type { MemoryQueues } from './memory-outbox-store.ts'
import { pageOf } from './memory-state.ts'

/** The audit log in a `Map`. */
export function createMemoryAuditStore({ audit }: Pick<MemoryQueues, 'audit'>): AuditStore {
  return {
    list: async (key, keyset) =>
      pageOf(
        [...audit.values()].filter((row) => key === null || row.key === key),
        keyset,
      ),
    async purgeBefore(before, limit) {
      const old = [...audit.values()].filter(({ at }) => at < before).slice(0, limit)
      for (const { id } of old) audit.delete(id)
      return old.length
    },
  }
}
