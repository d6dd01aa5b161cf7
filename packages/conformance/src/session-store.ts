import type { SessionStore } from '@kith/core/ports'
import type { Case } from './case.ts'
import { bindingCases } from './session-store/binding.ts'
import { listingCases } from './session-store/listing.ts'
import { revocationCases } from './session-store/revocation.ts'
import { rotationCases } from './session-store/rotation.ts'
import { surplusCases } from './session-store/surplus.ts'

/** The promises of `SessionStore`. */
export const sessionStoreCases: readonly Case<SessionStore>[] = [
  ...rotationCases,
  ...bindingCases,
  ...revocationCases,
  ...listingCases,
  ...surplusCases,
]
