import { randomInt } from 'node:crypto'
import { createChallenge, type Challenge as AltchaChallenge, type Payload, verifySolution } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import type { Challenge } from './challenge.ts'

/** How much work a client has to do. */
export interface ProofOfWorkOptions {
  /**
   * How many keys a client derives on average. @default 2000 @reason About a second on one core of a phone; a script
   * pays it for each attempt.
   */
  tries?: number | undefined
  /** Rounds of PBKDF2 for each key. @default 1000 @reason Many small rounds let a page show progress, and stop. */
  rounds?: number | undefined
}

/** One key signs the puzzle, the other the solution, so that checking a solution takes no work. */
function secretsOf(key: string): { hmacSignatureSecret: string; hmacKeySignatureSecret: string } {
  return { hmacSignatureSecret: `puzzle ${key}`, hmacKeySignatureSecret: `solution ${key}` }
}

/**
 * Proof of work, as the ALTCHA widget solves it: no service, no cookie, and for users only a moment.
 * @throws TypeError for invalid options
 */
export function createProofOfWork({ tries = 2_000, rounds = 1_000 }: ProofOfWorkOptions = {}): Challenge {
  for (const [name, value] of Object.entries({ tries, rounds }))
    if (!Number.isSafeInteger(value) || value < 2 || value > 10_000_000)
      throw new TypeError(`createProofOfWork: ${name}: give a whole number from 2 to 10,000,000`)
  return {
    kind: 'altcha',
    once: 'kith',
    async pose({ id, expiresAt, keys: [key = ''] }) {
      const puzzle = await createChallenge({
        algorithm: 'PBKDF2/SHA-256',
        cost: rounds,
        // The solution is somewhere in the second half, so that every client has to do some work.
        counter: randomInt(Math.floor(tries / 2), tries + Math.floor(tries / 2)),
        // Including its expiry, which the library would compare with the system clock.
        data: { id, end: expiresAt.getTime() },
        deriveKey,
        ...secretsOf(key),
      })
      return { ...puzzle }
    },
    async check(answer, { now, keys }) {
      const payload = readPayload(answer)
      const { id, end } = payload?.challenge.parameters.data ?? {}
      if (!payload || typeof id !== 'string' || typeof end !== 'number' || end <= now.getTime()) return null
      for (const key of keys) if (await isRight(payload, key)) return { id }
      return null
    },
  }
}

/** An arbitrary payload of a stranger is at worst wrong. */
async function isRight({ challenge, solution }: Payload, key: string): Promise<boolean> {
  try {
    const parameters = { challenge: challenge as AltchaChallenge, solution, deriveKey, ...secretsOf(key) }
    const { verified } = await verifySolution(parameters)
    return verified
  } catch {
    return false
  }
}

/** The payload of the widget: JSON in base64. Only its shape is checked. */
function readPayload(answer: string): Payload | null {
  try {
    const payload = JSON.parse(Buffer.from(answer, 'base64').toString('utf8')) as Payload | null
    return typeof payload?.challenge?.parameters === 'object' &&
      payload.challenge.parameters !== null &&
      typeof payload.solution === 'object'
      ? payload
      : null
  } catch {
    return null
  }
}
