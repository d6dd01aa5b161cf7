import type { Case } from './case.ts'
import { acknowledgingCases } from './outbox-store/acknowledging.ts'
import { claimingCases } from './outbox-store/claiming.ts'
import type { TellingStores } from './outbox-store/events.ts'
import { storingCases } from './outbox-store/storing.ts'

/** The promises of `OutboxStore`. The verbs of the other stores store what waits in it, so the cases need all of one storage. */
export const outboxStoreCases: readonly Case<TellingStores>[] = [
  ...storingCases,
  ...claimingCases,
  ...acknowledgingCases,
]
