import { adminJourneys } from './admin-journeys.ts'
import { backOfficeJourneys } from './back-office-journeys.ts'
import { accountJourneys } from './account-journeys.ts'
import { bodyJourneys } from './body-journeys.ts'
import { boundJourneys } from './bound-journeys.ts'
import { codeJourneys } from './code-journeys.ts'
import { codeRefusalJourneys } from './code-refusal-journeys.ts'
import { factorJourneys } from './factor-journeys.ts'
import { guardJourneys } from './guard-journeys.ts'
import { directJourneys } from './direct-journeys.ts'
import { identityJourneys } from './identity-journeys.ts'
import { inputJourneys } from './input-journeys.ts'
import type { Journey } from './journey.ts'
import { leavingJourneys } from './leaving-journeys.ts'
import { limitJourneys } from './limit-journeys.ts'
import { originJourneys } from './origin-journeys.ts'
import { ownSignInJourneys } from './own-sign-in-journeys.ts'
import { paceJourneys } from './pace-journeys.ts'
import { protocolJourneys } from './protocol-journeys.ts'
import { refreshJourneys } from './refresh-journeys.ts'
import { requestIdJourneys } from './request-id-journeys.ts'
import { renewalJourneys } from './renewal-journeys.ts'
import { renditionJourneys } from './rendition-journeys.ts'
import { sessionJourneys } from './session-journeys.ts'
import { mediaJourneys } from './media-journeys.ts'
import { signUpJourneys } from './sign-up-journeys.ts'
import { socialJourneys } from './social-journeys.ts'
import { tokenJourneys } from './token-journeys.ts'
import { workJourneys } from './work-journeys.ts'

/** The promises of Kith over HTTP, in addition to the `hostCases` of the conformance kit. */
export const journeys: readonly Journey[] = [
  ...accountJourneys,
  ...adminJourneys,
  ...backOfficeJourneys,
  ...signUpJourneys,
  ...sessionJourneys,
  ...codeJourneys,
  ...codeRefusalJourneys,
  ...factorJourneys,
  ...identityJourneys,
  ...refreshJourneys,
  ...tokenJourneys,
  ...originJourneys,
  ...guardJourneys,
  ...renewalJourneys,
  ...boundJourneys,
  ...ownSignInJourneys,
  ...limitJourneys,
  ...inputJourneys,
  ...bodyJourneys,
  ...paceJourneys,
  ...leavingJourneys,
  ...protocolJourneys,
  ...requestIdJourneys,
  ...socialJourneys,
  ...mediaJourneys,
  ...directJourneys,
  ...renditionJourneys,
  ...workJourneys,
]

/** The journeys that a host could break. */
export const journeysOfHosts: readonly Journey[] = journeys.filter(({ host }) => host !== undefined)

/** Those of them whose ids start with these words: for a host that is otherwise like another one. */
export function journeysAbout(...groups: readonly string[]): readonly Journey[] {
  return journeysOfHosts.filter(({ id }) => groups.some((group) => id.startsWith(`${group}/`)))
}
