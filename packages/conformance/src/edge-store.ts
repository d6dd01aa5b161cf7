import type { EdgeStore } from '@kith/core/ports'
import type { Case } from './case.ts'
import { addingCases } from './edge-store/adding.ts'
import { droppingCases } from './edge-store/dropping.ts'
import { hidingCases } from './edge-store/hiding.ts'
import { listCases } from './edge-store/lists.ts'

/** The promises of `EdgeStore`. */
export const edgeStoreCases: readonly Case<EdgeStore>[] = [
  ...addingCases,
  ...listCases,
  ...hidingCases,
  ...droppingCases,
]
