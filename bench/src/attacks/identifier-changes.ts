import { createKith, isKithError } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'

/**
 * S8: an account tries the phone numbers of 300 people by setting each as its own, to find out who has an account. How many
 * does it find in a day? Three of the 300 have one.
 */
const password = 'correct horse battery'
const kith = createKith({
  secret: 'a secret of the benchmark, 32 characters',
  storage: createMemoryStorage(),
  passwords: { memoryKiB: 8, iterations: 1 },
  accounts: { identifiers: { username: 'required', phone: 'optional' } },
  logger: { warn: () => {}, error: () => {} },
})
const numbers = Array.from({ length: 300 }, (_, index) => `+4915112340${String(index).padStart(3, '0')}`)
for (const [index, phone] of [numbers[3], numbers[7], numbers[250]].entries())
  await kith.accounts.register({ username: `owner${index}`, phone, password })
const { user, session } = await kith.accounts.register({ username: 'mallory', password })

const codes: Record<string, number> = {}
for (const phone of numbers) {
  const code = await kith.accounts
    .edit({ userId: user.id, sessionId: session.id }, { phone, currentPassword: password })
    .then(
      () => 'set',
      (error: unknown) => (isKithError(error) ? error.code : String(error)),
    )
  codes[code] = (codes[code] ?? 0) + 1
}
const { 'rate-limited': refused = 0 } = codes
console.log(
  `300 phone numbers set one after the other: ${300 - refused} tell whether somebody has them`,
  codes,
)
if (300 - refused > 10) process.exitCode = 1
