import { type Check, ok } from './finding.ts'

/** What the cheapest row of OWASP's for argon2id costs: 7 MiB five times. */
const leastWork = 7_168 * 5
/** The least memory in any of these rows: with less, guessing on graphics cards gets cheap. */
const leastMemoryKiB = 7_168

/** What a hash costs anyone who steals it. */
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
      meaning: `Passwords are hashed by ${cost}: less than any row that OWASP recommends, so stolen hashes are guessed sooner.`,
      cure: 'Leave passwords.memoryKiB and passwords.iterations at their defaults. Each account gets the new cost at its next sign-in.',
    },
  ]
}
