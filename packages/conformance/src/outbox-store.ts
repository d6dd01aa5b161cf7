import type { OutboxStore, Storage } from '@kith/core/ports'
import type { Case } from './case.ts'
import { acknowledgingCases } from './outbox-store/acknowledging.ts'
import { apartCases } from './outbox-store/apart.ts'
import { claimingCases } from './outbox-store/claiming.ts'
import type { Queued, TellingStores } from './outbox-store/events.ts'
import { storingCases } from './outbox-store/storing.ts'

const queueCases: readonly Case<Queued>[] = [...storingCases, ...claimingCases, ...acknowledgingCases]

/**
 * The promises of `OutboxStore`, for both queues. The verbs of the other stores add their rows, so the cases need an
 * entire storage.
 */
export const outboxStoreCases: readonly Case<TellingStores & Pick<Storage, 'outbox' | 'messages'>>[] = [
  ...ofQueue('outbox', 'events'),
  ...ofQueue('messages', 'messages'),
  ...apartCases,
]

/** The cases of one queue: where a storage has it, and what its rows call it. */
function ofQueue<Port extends 'outbox' | 'messages'>(
  port: Port,
  queue: Queued['queue'],
): Case<TellingStores & Record<Port, OutboxStore>>[] {
  return queueCases.map(({ id, title, run }) => ({
    id: `${port}/${id}`,
    title,
    run: (stores) => run({ ...stores, queue, outbox: stores[port] }),
  }))
}
