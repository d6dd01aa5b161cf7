import type { OutboxBatch, OutboxQueue, OutboxRow, OutboxStore } from '../outbox/outbox-store.ts'

/** The rows of one key, the oldest first, and the current lease. */
interface Waiting {
  rows: OutboxRow[]
  attempts: number
  by: string | null
  /** When the lease or the pause ends; `null` if there is none. */
  until: Date | null
}

/** The waiting rows of a queue, by their key: the keys that wait longest come first. */
type MemoryQueue = Map<string, Waiting>

/** All queues, and the audit log by ids. */
export type MemoryQueues = Readonly<Record<OutboxQueue, MemoryQueue>> & {
  readonly audit: Map<string, OutboxRow>
}

/** Stores rows as part of the change that causes them. */
export function addToOutbox(queues: MemoryQueues, rows: readonly OutboxRow[]): void {
  for (const row of rows) {
    if (row.queue === 'audit') {
      queues.audit.set(row.id, structuredClone(row))
      continue
    }
    const outbox = queues[row.queue]
    const waiting = outbox.get(row.key) ?? { rows: [], attempts: 0, by: null, until: null }
    waiting.rows.push(structuredClone(row))
    outbox.set(row.key, waiting)
  }
}

/** A queue in a `Map`. */
export function createMemoryOutboxStore(outbox: MemoryQueue): OutboxStore {
  function held({ key, by }: { key: string; by: string }): Waiting | null {
    const waiting = outbox.get(key)
    return waiting?.by === by ? waiting : null
  }

  return {
    async claim({ by, now, until, keys, rows }) {
      const free = [...outbox].filter(([, waiting]) => waiting.until === null || waiting.until <= now)
      return free.slice(0, keys).map(([key, waiting]): OutboxBatch => {
        Object.assign(waiting, { by, until: new Date(until) })
        return { key, attempts: waiting.attempts, rows: structuredClone(waiting.rows.slice(0, rows)) }
      })
    },
    async acknowledge({ key, by, ids, until }) {
      const waiting = held({ key, by })
      if (!waiting) return false
      waiting.rows = waiting.rows.filter(({ id }) => !ids.includes(id))
      if (ids.length > 0) waiting.attempts = 0
      if (until) waiting.until = new Date(until)
      else {
        Object.assign(waiting, { by: null, until: null })
        // Behind those that wait for their first turn.
        outbox.delete(key)
        outbox.set(key, waiting)
      }
      if (waiting.rows.length === 0) outbox.delete(key)
      return true
    },
    async postpone({ key, by, until }) {
      const waiting = held({ key, by })
      if (!waiting) return false
      Object.assign(waiting, { by: null, until: new Date(until), attempts: waiting.attempts + 1 })
      return true
    },
    async backlog(limit) {
      const all = [...outbox.values()].flatMap(({ rows }) => rows)
      const oldest = all.reduce<Date | null>((at, row) => (at && at <= row.at ? at : row.at), null)
      return { count: Math.min(all.length, limit), oldestAt: oldest && new Date(oldest) }
    },
  }
}
