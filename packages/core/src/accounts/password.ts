import { hash, verify } from '@node-rs/argon2'
import type { PasswordConfig } from '../config/account-config.ts'
import type { Emit } from '../events.ts'
import { createFairQueue, type QueueLoad, type Turn } from '../fair-queue.ts'
import type { FactStore } from '../facts.ts'
import type { Random } from '../id.ts'
import type { Log } from '../log/log.ts'
import { observeJob, observeQueue } from '../telemetry/job-queue.ts'
import { silentTelemetry, type Telemetry } from '../telemetry/telemetry.ts'
import { isArgon2 } from './argon2-hash.ts'
import { createHashCheck, type HashMatch } from './hash-check.ts'
import { createHashForms } from './hash-forms.ts'
import type { LegacyHash } from './legacy-hash.ts'

/** Hashes and checks passwords. */
export interface Passwords {
  /** `turn` identifies whose work it is. @default shared by all callers that pass none */
  hash(password: string, turn?: Turn): Promise<string>
  /**
   * Checks a password against a stored hash; `null` for an account that does not exist or has no password. A wrong
   * password costs the same in every case, including hashes of other systems and hashes that cannot be checked.
   */
  verify(password: string, stored: string | null, turn?: Turn): Promise<HashMatch>
  /** Whether a verifier supports this hash. */
  reads(stored: string): boolean
  /** How many passwords are waiting to be hashed or checked. */
  load(): QueueLoad
  /** Records the format of a hash that is about to be stored, so that wrong passwords cost the same from the start. */
  expect(stored: string): Promise<void>
}

/** Argon2id as numbered in the native library, whose `const enum` cannot be used under isolatedModules. */
const argon2id = 2

const nobodysTurn: Turn = Object.freeze({ key: 'nobody' })
/** For passwords of accounts that the host creates: they have no id yet. */
export const hostsTurn: Turn = Object.freeze({ key: 'host', lane: 'first' })
/** The native library; a test replaces it to count calls. */
interface Argon2 {
  hash: typeof hash
  verify: typeof verify
}

/** The dependencies of hashing, besides its options. */
export interface PasswordTools {
  random: Random
  /** Records the formats of imported hashes. */
  facts: FactStore
  log: Log
  emit?: Emit | undefined
  /** @default none */
  telemetry?: Telemetry | undefined
  argon2?: Argon2 | undefined
}

/** Creates the password hashing of one Kith instance. */
export function createPasswords(
  { memoryKiB, iterations, parallelism, legacy, concurrency, queueLimit }: PasswordConfig,
  { random, facts, log, emit, telemetry = silentTelemetry, argon2 = { hash, verify } }: PasswordTools,
): Passwords {
  const queue = createFairQueue({
    concurrency,
    maxWaiting: queueLimit,
    work: 'passwords',
    onRefused: ({ key, lane }) =>
      emit?.('work.refused', {
        work: 'passwords',
        userId: lane === 'first' && key !== hostsTurn.key ? key : null,
        network: lane === 'first' ? null : key,
      }),
  })
  observeQueue(telemetry, 'passwords', queue)
  function inTurn<Result>(verb: 'hash' | 'verify', turn: Turn, work: () => Promise<Result>): Promise<Result> {
    return observeJob(telemetry, { queue: 'passwords', verb }, () => queue(turn, work))
  }
  const ownPrefix = `$argon2id$v=19$m=${memoryKiB},t=${iterations},p=${parallelism}$`
  const check: LegacyHash['verify'] = (password, stored) => argon2.verify(stored, normalize(password))
  const older: LegacyHash = { reads: isArgon2, verify: check }
  const hashes = createHashCheck({
    argon2: check,
    ownPrefix,
    // Made up, not computed: the check against it does the same work and cannot succeed.
    nobody: `${ownPrefix}${base64(random(16))}$${base64(random(32))}`,
    forms: createHashForms({ verifiers: [older, ...legacy], facts, log }),
    log,
  })

  return {
    async hash(password, turn = nobodysTurn) {
      const salt = random(16)
      const settings = { algorithm: argon2id, memoryCost: memoryKiB, timeCost: iterations, parallelism, salt }
      return await inTurn('hash', turn, () => argon2.hash(normalize(password), settings))
    },
    verify: (password, stored, turn = nobodysTurn) =>
      inTurn('verify', turn, () => hashes.check(password, stored)),
    reads: (stored) => hashes.reads(stored),
    load: () => queue.load(),
    expect: (stored) => hashes.expect(stored),
  }
}

// The same password typed on two systems can be composed in two ways (NIST SP 800-63B, 5.1.1.2).
function normalize(password: string): string {
  return password.normalize('NFKC')
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '')
}
