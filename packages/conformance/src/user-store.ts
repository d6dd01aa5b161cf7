import type { UserStore } from '@kith/core/ports'
import type { Case } from './case.ts'
import { changeCases } from './user-store/changes.ts'
import { passwordCases } from './user-store/passwords.ts'
import { creationCases } from './user-store/creation.ts'
import { deletionCases } from './user-store/deletion.ts'
import { heldNameCases } from './user-store/held-names.ts'
import { expectationCases } from './user-store/expectations.ts'
import { listCases } from './user-store/lists.ts'
import { ownFieldCases } from './user-store/own-fields.ts'
import { searchCases } from './user-store/searching.ts'
import { waitingCases } from './user-store/waiting.ts'

/** The promises of `UserStore`. */
export const userStoreCases: readonly Case<UserStore>[] = [
  ...creationCases,
  ...changeCases,
  ...ownFieldCases,
  ...passwordCases,
  ...deletionCases,
  ...heldNameCases,
  ...expectationCases,
  ...listCases,
  ...searchCases,
  ...waitingCases,
]
