// How long a login takes for a wrong password and for an unknown user, in turns, and how fast a known token is checked.
// Run: node --conditions=@kith/source packages/core/bench/login-timing.ts
import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'

const tries = 200
const limits = { passwordByClient: [], passwordByAccount: [] }
const kith = createKith({
  secret: 'a secret of the tests, of 32 characters or more',
  storage: createMemoryStorage(),
  limits,
})
const { tokens } = await kith.accounts.register({ username: 'ana', password: 'correct horse' })

const times: Record<string, number[]> = { ana: [], nobody: [] }
for (let index = 0; index < tries * 2 + 20; index++) {
  const login = index % 2 ? 'ana' : 'nobody'
  const started = performance.now()
  await kith.sessions.login({ login, password: 'wrong' }).catch(() => {})
  // The first twenty warm up.
  if (index >= 20) times[login]?.push(performance.now() - started)
}

const median = (values: number[] = []) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const [wrong, unknown] = [median(times['ana']), median(times['nobody'])]
console.log(`wrong password  ${wrong.toFixed(2)} ms (median of ${tries})`)
console.log(`unknown user    ${unknown.toFixed(2)} ms (median of ${tries})`)
console.log(`difference      ${((Math.abs(wrong - unknown) / wrong) * 100).toFixed(2)} %`)

const checks = 200_000
const first = performance.now()
await kith.sessions.authenticate(tokens.accessToken)
const second = performance.now()
for (let index = 0; index < checks; index++) await kith.sessions.authenticate(tokens.accessToken)
console.log(`first check     ${((second - first) * 1000).toFixed(0)} µs`)
console.log(
  `known token     ${(((performance.now() - second) / checks) * 1000).toFixed(2)} µs (mean of ${checks})`,
)
