import type { OutboxRow, OutboxRows } from '@kith/core/ports'
import type { Collections } from './collections.ts'
import type { Call } from './connection.ts'
import { auditDocument } from './outbox-document.ts'
import { type Queue, queueIn, queues } from './queues.ts'

/** Stores the rows of a change, as part of its transaction: two commands for each account and queue, one for the audit log. */
export async function addToOutbox(
  collections: Collections,
  rows: readonly OutboxRow[] | undefined = [],
): Promise<void> {
  for (const queue of queues) {
    const ofQueue = rows.filter((row) => row.queue === queue)
    for (const own of Map.groupBy(ofQueue, ({ key }) => key).values())
      await addOfKey(queueIn(collections, queue), own)
  }
  const entries = rows.filter(({ queue }) => queue === 'audit')
  if (entries.length > 0) await collections.audit.insertAll(entries.map(auditDocument))
}

async function addOfKey({ rows, accounts }: Queue, own: readonly OutboxRow[]): Promise<void> {
  const [first] = own
  if (!first) return
  const { sequence } = await accounts.changeOrInsert(
    { _id: first.key },
    {
      $inc: { sequence: own.length },
      $setOnInsert: { since: first.at, attempts: 0, heldBy: null, heldUntil: null },
    },
  )
  await rows.insertAll(
    own.map(({ id, key, name, at, payload }, index) => ({
      _id: id,
      userId: key,
      sequence: sequence - own.length + 1 + index,
      name,
      at,
      payload,
    })),
  )
}

/** A change that is one document, and with rows to store a transaction. */
interface TellingChange<Result> {
  /** The ids of the documents that others may be changing. */
  contended: readonly string[]
  /** Called with the result. */
  outbox: OutboxRows<Exclude<Result, null | false>> | undefined
  /** Resolves to `null` or `false` if it changes nothing. */
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
    if (result) await addToOutbox(within, outbox(result as Exclude<Result, null | false>))
    return result
  })
}
