import type { CountDifference, RecountResult } from '@kith/core/ports'
import type { Connection, Statements } from './connection.ts'
import { afterOrStart } from './ids.ts'

/** Something that is counted by node. */
export interface Counted {
  /**
   * Compares at most `@limit` nodes after `@after`, and no more than one after `@most` items. It reads one moment.
   * Returns {@link Compared}.
   */
  compare: string
  /** Compares one node as it was at one moment, and corrects it by the difference. */
  correct(statements: Statements, node: string): Promise<CountDifference[]>
}

interface Compared {
  checked: number
  last: string | null
  /** Whether there was more to compare. */
  more: boolean
  /** The nodes whose counts are wrong, separated by commas. */
  wrong: string | null
}

type RecountStatement = 'hold'

/**
 * The statement that all counts need. Corrections are differences, so two corrections of one node must not be based on
 * the same moment.
 */
export const recountStatements: Readonly<Record<RecountStatement, string>> = Object.freeze({
  hold: 'SELECT pg_advisory_xact_lock(1802073192, 2)',
})

/**
 * Counting this many items costs about as much as comparing one node. A step of `limit` nodes reads this many times as
 * many edges or posts, and in addition those of one node.
 */
const thingsForNode = 50

/**
 * Compares the counts of the next nodes as they were at one moment, while others continue writing. Wrong ones are
 * compared again, and changed by the difference: every change of an edge or a post changes its counts by one in the
 * same transaction, so the difference stays the same, whatever is committed meanwhile.
 */
export async function recount(
  connection: Connection,
  { compare, correct }: Counted,
  { after, limit }: { after: string | null; limit: number },
): Promise<RecountResult> {
  const range = { after: afterOrStart(after), limit, most: limit * thingsForNode }
  const compared = await connection.get<Compared>(compare, range)
  if (!compared) return { checked: 0, differences: [], next: null }
  const differences: CountDifference[] = []
  for (const node of compared.wrong?.split(',') ?? [])
    differences.push(
      ...(await connection.atomically(async (statements) => {
        await statements.run(recountStatements.hold)
        return await correct(statements, node)
      })),
    )
  return { checked: compared.checked, differences, next: compared.more ? compared.last : null }
}
