import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import { createFairQueue, type Turn } from '../fair-queue.ts'
import type { Random } from '../id.ts'
import type { PasswordOptions } from '../options.ts'

/** Hashes and checks passwords. */
export interface Passwords {
  readonly minLength: number
  /** `turn` says whose work it is. @default that of everybody who gives none */
  hash(password: string, turn?: Turn): Promise<string>
  /**
   * Checks a password against a stored hash. `null` for an account that does not exist or has no password: it costs as
   * much as a real check and never matches. `upgrade` tells that the hash should be replaced by a new one.
   */
  verify(
    password: string,
    stored: string | null,
    turn?: Turn,
  ): Promise<{ matches: boolean; upgrade: boolean }>
  /** Whether some verifier can read this hash. */
  reads(stored: string): boolean
}

/** Argon2id as the number the native library knows it by; its own `const enum` cannot be used under isolatedModules. */
const argon2id = 2

/** The threads on which Node hashes, reads files and looks up names, and how many of them hashing leaves to the others. */
const poolThreads = 4
const sparedThreads = 2
const nobodysTurn: Turn = Object.freeze({ key: 'nobody' })

/** Creates the password hashing of one Kith instance. */
export function createPasswords(options: PasswordOptions, random: Random): Passwords {
  const { minLength = 8, memoryKiB = 19_456, iterations = 2, parallelism = 1, legacy = [] } = options
  const queue = createFairQueue({
    concurrency: options.concurrency ?? Math.min(availableParallelism(), poolThreads - sparedThreads),
    maxWaiting: options.queueLimit ?? 100,
  })
  const parameters = `m=${memoryKiB},t=${iterations},p=${parallelism}`
  // Made up, not computed: the check against it does the same work and cannot succeed.
  const nobody = `$argon2id$v=19$${parameters}$${base64(random(16))}$${base64(random(32))}`

  return {
    minLength,
    async hash(password, turn = nobodysTurn) {
      const salt = random(16)
      const settings = { algorithm: argon2id, memoryCost: memoryKiB, timeCost: iterations, parallelism, salt }
      return await queue(turn, () => hash(normalise(password), settings))
    },
    async verify(password, stored, turn = nobodysTurn) {
      if (stored === null) {
        await queue(turn, () => verify(nobody, normalise(password)))
        return { matches: false, upgrade: false }
      }
      if (isArgon2(stored)) {
        const matches = isBounded(stored) && (await queue(turn, () => verify(stored, normalise(password))))
        return { matches, upgrade: matches && !stored.startsWith(`$argon2id$v=19$${parameters}$`) }
      }
      const verifier = legacy.find((candidate) => candidate.reads(stored))
      const matches = verifier !== undefined && (await queue(turn, () => verifier.verify(password, stored)))
      return { matches, upgrade: matches }
    },
    reads: (stored) =>
      isArgon2(stored) ? isBounded(stored) : legacy.some((verifier) => verifier.reads(stored)),
  }
}

// The same password typed on two systems can arrive composed in two ways (NIST SP 800-63B, 5.1.1.2).
function normalise(password: string): string {
  return password.normalize('NFKC')
}

function isArgon2(stored: string): boolean {
  return stored.startsWith('$argon2')
}

// An imported hash brings its own parameters; unbounded ones could exhaust the memory.
function isBounded(stored: string): boolean {
  const match =
    /^\$argon2(?:id|i|d)\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$[\w+/]{11,86}\$[\w+/]{16,172}$/.exec(
      stored,
    )
  if (!match) return false
  const [memoryKiB = 0, iterations = 0, parallelism = 0] = match.slice(1).map(Number)
  return memoryKiB <= 1_048_576 && iterations <= 10 && parallelism <= 16
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '')
}
