import type { Case } from './case.ts'
import { addingCases } from './credential-store/adding.ts'
import type { CredentialStores } from './credential-store/credentials.ts'
import { deletionCases } from './credential-store/deletion.ts'
import { removingCases } from './credential-store/removing.ts'
import { rowCases } from './credential-store/rows.ts'
import { steppingCases } from './credential-store/stepping.ts'

/** The promises of `CredentialStore`. Many depend on accounts, so the cases need those as well. */
export const credentialStoreCases: readonly Case<CredentialStores>[] = [
  ...addingCases,
  ...steppingCases,
  ...removingCases,
  ...deletionCases,
  ...rowCases,
]
