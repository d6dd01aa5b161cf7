import type { OutboxQueue } from '@kith/core/ports'
import type { Collection } from './collection.ts'
import type { Collections } from './collections.ts'
import type { OutboxAccountDocument, OutboxDocument } from './outbox-document.ts'

/** A queue: its rows, and the keys by which they are leased. */
export interface Queue {
  rows: Collection<OutboxDocument>
  accounts: Collection<OutboxAccountDocument>
}

/** All queues. */
export const queues: readonly OutboxQueue[] = Object.freeze(['events', 'messages'])

/** The collections of a queue. */
export function queueIn(collections: Collections, queue: OutboxQueue): Queue {
  const { outbox, outboxAccounts, messages, messageAccounts } = collections
  return queue === 'events'
    ? { rows: outbox, accounts: outboxAccounts }
    : { rows: messages, accounts: messageAccounts }
}
