import type { EdgeCounts, EdgeKind } from '@kith/core/ports'
import type { Connection } from './database.ts'
import { type StoredId, toStored } from './ids.ts'

/** The counts of a node by kind. */
export type KindCounts = ReadonlyMap<EdgeKind | 'post', EdgeCounts>

/** One list of a node that is counted in the order of its ids. */
export interface CountedList {
  /** The kind as `kith_long_counts` has it: that of an edge, or 0 for posts. */
  number: number
  kind: EdgeKind | 'post'
  side: 'out' | 'in'
  /**
   * Counts at most `@limit` items of `@node`, and of `@kind` for edges, whose positions are above `@position`, and
   * returns the last; both as `hex`.
   */
  sql: string
}

/** Counts that are too long for one step. Each verb is one step. */
export interface LongCounts {
  /** Starts to count a node. */
  begin(node: string): Promise<void>
  /**
   * Counts at most `most` more; the totals when all is counted, `null` if nobody counts this node. Part of a
   * transaction.
   */
  advance(node: string, most: number): 'more' | KindCounts | null
  /** Forgets those that nobody has continued for an hour. */
  forgetAbandoned(): Promise<void>
}

interface LongCount {
  kind: number
  side: 'out' | 'in'
  position: string
  counted: number
}

type LongCountStatement = 'begin' | 'read' | 'advance' | 'forget' | 'forgetAbandoned'

/**
 * Every statement about counts that take several steps. A row says how many edges of one list have been counted, up to
 * which id; writes up to that id change the row as well, through triggers of the schema. So a count may stop anywhere,
 * and its total is right at the moment when it ends.
 */
export const longCountStatements: Readonly<Record<LongCountStatement, string>> = Object.freeze({
  begin: `INSERT OR REPLACE INTO kith_long_counts (node, kind, side, position, counted, touched_at)
    VALUES (@node, @kind, @side, x'', 0, @now)`,
  read: 'SELECT kind, side, hex(position) AS position, counted FROM kith_long_counts WHERE node = @node AND kind = @kind',
  advance: `UPDATE kith_long_counts SET position = unhex(@position), counted = counted + @more, touched_at = @now
    WHERE node = @node AND kind = @kind AND side = @side`,
  forget: 'DELETE FROM kith_long_counts WHERE node = @node AND kind = @kind',
  forgetAbandoned: 'DELETE FROM kith_long_counts WHERE touched_at < @before',
})

const abandonedMillis = 3_600_000

/** Sorts after every position. */
const end = 'FF'.repeat(17)

/** Creates them for what a recount compares at each node. */
export function createLongCounts(
  { run, get, all, write, atomically }: Connection,
  lists: readonly CountedList[],
): LongCounts {
  const numbers = [...new Set(lists.map(({ number }) => number))]

  function rowsOf(node: StoredId): LongCount[] {
    return numbers.flatMap((kind) => all<LongCount>(longCountStatements.read, { node, kind }))
  }

  return {
    async begin(id) {
      const values = { node: toStored(id), now: Date.now() }
      await atomically(() => {
        for (const { number, side } of lists)
          run(longCountStatements.begin, { ...values, kind: number, side })
      })
    },
    advance(id, most) {
      const node = toStored(id)
      let left = most
      for (const { kind, side, position } of rowsOf(node)) {
        if (position === end) continue
        const sql = lists.find((list) => list.number === kind && list.side === side)?.sql ?? ''
        const values = { node, position, limit: left, ...(kind > 0 && { kind }) }
        const found = get<{ things: number; last: string }>(sql, values)
        const more = found?.things ?? 0
        const next = more < left || !found?.last ? end : found.last
        run(longCountStatements.advance, { node, kind, side, position: next, more, now: Date.now() })
        left -= more
        if (left <= 0) return 'more'
      }
      const totals = rowsOf(node)
      if (totals.length === 0) return null
      for (const kind of numbers) run(longCountStatements.forget, { node, kind })
      const counts = new Map(lists.map(({ kind }) => [kind, { out: 0, in: 0 }]))
      for (const { kind: number, side, counted } of totals) {
        const list = lists.find((each) => each.number === number && each.side === side)
        const count = list && counts.get(list.kind)
        if (count) count[side] = counted
      }
      return counts
    },
    async forgetAbandoned() {
      const before = Date.now() - abandonedMillis
      await write(() => run(longCountStatements.forgetAbandoned, { before }))
    },
  }
}
