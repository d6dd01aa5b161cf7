import type { Challenge } from '@kith/core/ports'
import type { Case } from './case.ts'
import type { ChallengeHost } from './challenge/challenge-host.ts'
import { checkingCases } from './challenge/checking.ts'
import { countedCases, hostedCases } from './challenge/once.ts'

/** The promises of `Challenge`: those of every challenge, and those of the `once` that it has. */
export const challengeCases: readonly Case<ChallengeHost>[] = [
  ...checkingCases,
  ...where('kith', countedCases),
  ...where('service', hostedCases),
]

function where(once: Challenge['once'], cases: readonly Case<ChallengeHost>[]): Case<ChallengeHost>[] {
  return cases.map((each) => ({
    ...each,
    run: async (host) => (host.challenge.once === once ? each.run(host) : undefined),
  }))
}
