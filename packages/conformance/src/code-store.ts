import type { Case } from './case.ts'
import type { CodingStores } from './code-store/codes.ts'
import { consumingCases } from './code-store/consuming.ts'
import { issuingCases } from './code-store/issuing.ts'
import { racingCases } from './code-store/racing.ts'
import { removingCases } from './code-store/removing.ts'
import { renewingCases } from './code-store/renewing.ts'
import { rowCases } from './code-store/rows.ts'

/** The promises of `CodeStore`. */
export const codeStoreCases: readonly Case<CodingStores>[] = [
  ...issuingCases,
  ...renewingCases,
  ...consumingCases,
  ...removingCases,
  ...racingCases,
  ...rowCases,
]
