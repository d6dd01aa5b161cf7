import type { Case } from './case.ts'
import { identifyingCases } from './identity-provider/identifying.ts'
import type { IdentityHost } from './identity-provider/identity-host.ts'
import { refusingCases } from './identity-provider/refusing.ts'

/** The promises of `IdentityProvider`. */
export const identityProviderCases: readonly Case<IdentityHost>[] = [...identifyingCases, ...refusingCases]
