import { type Check, ok } from './finding.ts'

/** The cost of OWASP's cheapest row for argon2id: 7 MiB five times. */
const leastWork = 7_168 * 5
/** The lowest memory in any of these rows: with less, guessing on graphics cards gets cheap. */
const leastMemoryKiB = 7_168

/** The cost of a hash for anyone who steals it. */
export const checkPasswords: Check = ({ open: { kith } }) => {
  const check = 'passwords'
  const { memoryKiB, iterations, parallelism } = kith.config.passwords
  const cost = `argon2id with ${memoryKiB} KiB, ${iterations} ${iterations === 1 ? 'pass' : 'passes'}, ${parallelism} ${parallelism === 1 ? 'lane' : 'lanes'}`
  if (memoryKiB >= leastMemoryKiB && memoryKiB * iterations >= leastWork)
    return [ok(check, `Hashed by ${cost}.`)]
  return [
    {
      check,
      level: 'error',
      meaning: `Passwords are hashed with ${cost}: less than any row that OWASP recommends, so stolen hashes are guessed sooner.`,
      cure: 'Leave passwords.memoryKiB and passwords.iterations at their defaults. Each account gets the new cost at its next sign-in.',
    },
  ]
}
