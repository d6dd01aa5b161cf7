import type { OutboxRow, OutboxRows } from '@kith/core/ports'
import type { Collections } from './collections.ts'
import type { Call } from './connection.ts'

/** Stores the rows of a change, as part of its transaction: two commands for each account. */
export async function addToOutbox(
  { outbox, outboxAccounts }: Collections,
  rows: readonly OutboxRow[] | undefined,
): Promise<void> {
  for (const [key, own] of Map.groupBy(rows ?? [], (row) => row.key)) {
    const { sequence } = await outboxAccounts.changeOrInsert(
      { _id: key },
      {
        $inc: { sequence: own.length },
        $setOnInsert: { since: own[0]?.at ?? new Date(), attempts: 0, heldBy: null, heldUntil: null },
      },
    )
    await outbox.insertAll(
      own.map(({ id, name, at, payload }, index) => ({
        _id: id,
        userId: key,
        sequence: sequence - own.length + 1 + index,
        name,
        at,
        payload,
      })),
    )
  }
}

/** A change that is one document, and with rows to store a transaction. */
interface TellingChange<Result> {
  /** The ids of the documents that others may be changing. */
  contended: readonly string[]
  outbox: OutboxRows | undefined
  /** Resolves to `null` or `false` where it changes nothing. */
  work(collections: Collections): Promise<Result>
}

/** Makes it. On a standalone the rows are stored after the change. */
export function tellChange<Result>(
  call: Call,
  { contended, outbox, work }: TellingChange<Result>,
): Promise<Result> {
  if (!outbox) return work(call.collections)
  return call.atomically(contended, async (within) => {
    const result = await work(within)
    if (result) await addToOutbox(within, outbox())
    return result
  })
}
