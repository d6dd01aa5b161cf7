import { codeInput, type Codes } from '../codes/codes.ts'
import type { KithConfig } from '../config.ts'
import { ChallengeRequiredError, isKithError, RetryLaterError } from '../errors.ts'
import type { Clock } from '../id.ts'
import { deriveKey } from '../sessions/derive-key.ts'
import type { Limits } from '../sessions/limits.ts'
import type { ClientInfo } from '../viewer.ts'
import { within } from '../within.ts'
import type { Challenge, ChallengeContext } from './challenge.ts'

/** A call of an unknown client that may have to prove that a person makes it. */
interface Suspect {
  action: 'register' | 'login' | 'send'
  /** The subject of the call: the login or address that was typed. */
  target: string
  /** The given `solution`. */
  solution: string | undefined
  client: ClientInfo
}

/**
 * Passes while there are few such calls, or with a solved puzzle. @throws challenge-required, challenge-unavailable,
 * rate-limited
 */
export type DemandChallenge = (suspect: Suspect) => Promise<void>

interface Parts {
  config: KithConfig
  clock: Clock
  limits: Limits
  codes: Codes
}

const puzzleMillis = 600_000
/** A person waits at the form meanwhile. */
const patienceMillis = 5_000

/** Creates the challenge check of one Kith instance. */
export function createDemandChallenge({ config, clock, limits, codes }: Parts): DemandChallenge {
  const { challenge } = config
  const keys = config.secrets.map((secret) =>
    deriveKey(secret, 'challenges').key.export().toString('base64url'),
  )
  const context = (): ChallengeContext => ({ now: clock(), keys })

  async function pose(port: Challenge): Promise<ChallengeRequiredError> {
    const expiresAt = new Date(context().now.getTime() + puzzleMillis)
    const secrets =
      port.once === 'kith' ? await codes.make({ purpose: 'challenge', userId: null, data: {} }) : null
    const id = secrets ? `${secrets.flow}.${secrets.token}` : ''
    const parameters = await port.pose({ ...context(), id, expiresAt })
    return new ChallengeRequiredError({ kind: port.kind, parameters, expiresAt: expiresAt.toISOString() })
  }

  async function isSolved(port: Challenge, solution: string, client: ClientInfo): Promise<boolean> {
    const late = (): unknown => new RetryLaterError('challenge-unavailable', 10)
    const solved = await within({ millis: patienceMillis, late }, (signal) =>
      port.check(solution, { ...context(), address: client.address ?? null, signal }),
    )
    if (!solved) return false
    return port.once === 'service' || (await isFirst(solved.id ?? '', client))
  }

  /** Of concurrent calls with one solution exactly one is the first, across all processes. */
  async function isFirst(id: string, client: ClientInfo): Promise<boolean> {
    const [flow, code] = id.split('.')
    const { success, data } = codeInput.safeParse({ flow, code })
    if (!success) return false
    try {
      await codes.consume('challenge', data, client)
      return true
    } catch (error) {
      if (isKithError(error) && error.code === 'code-invalid') return false
      throw error
    }
  }

  return async ({ action, target, solution, client }) => {
    if (!challenge || (await limits.isFree(action, target, client))) return
    // Before it is checked, which may call a service.
    await limits.byAddress('challengeByAddress', client)
    if (solution !== undefined && (await isSolved(challenge, solution, client))) return
    throw await pose(challenge)
  }
}
