import { createKith, isKithError, isRetryLater } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'

/** The effects of a clock that was wrong for a while: on ids, lockouts, and the grace of refresh tokens. */
const [hour, day] = [3_600_000, 86_400_000]
let [lived, offset] = [0, Date.now()]
// The monotonic time of a process continues with the clock, and is not set with it.
performance.now = () => lived
const pass = (millis: number): number => (lived += millis)
const set = (millis: number): number => (offset += millis)
const clock = (): Date => new Date(lived + offset)

const options = {
  secret: 'a secret of the benchmark, 32 characters',
  storage: createMemoryStorage(),
  passwords: { memoryKiB: 8, iterations: 1 },
  posts: { textOnly: true },
  logger: { warn: () => {}, error: () => {} },
  clock,
}
const [kith, other] = [createKith(options), createKith(options)]
const password = 'correct horse battery'
const { user, session, tokens } = await kith.accounts.register({ username: 'ana', password })
const viewer = { userId: user.id, sessionId: session.id }

set(2 * day)
await kith.posts.create(viewer, { caption: 'two days ahead', media: [] })
pass(60_000)
set(-2 * day)
const { id } = await kith.posts.create(viewer, { caption: 'right again', media: [] })
const ahead = (Number.parseInt(id.replace('-', '').slice(0, 12), 16) - clock().getTime()) / 1000

const client = { address: '192.0.2.9' }
const wait = async (): Promise<number> => {
  const wrong = { login: 'ana', password: 'a wrong password' }
  const error: unknown = await kith.sessions.login(wrong, client).catch((reason: unknown) => reason)
  return isRetryLater(error) ? error.retryAfterSeconds : 0
}
for (let guess = 0; guess < 11; guess++) await wait()
set(-day)
const locked = await wait()
set(day)

await kith.sessions.refresh(tokens.refreshToken)
const outcome = async (): Promise<string> =>
  await other.sessions.refresh(tokens.refreshToken).then(
    () => 'let in',
    (error: unknown) => (isKithError(error) ? error.code : String(error)),
  )
pass(3 * hour)
set(-3 * hour)
pass(5_000)
const reused = await outcome()

console.log(`after two days ahead, the id of a new post is ${ahead.toFixed(0)} s ahead of the clock`)
console.log(`after a day back, Retry-After of a lockout of 300 s is ${locked} s`)
console.log(`a used refresh token, three hours later, when the clock passes its rotation again: ${reused}`)
if (ahead > 2 || locked > 300 || reused === 'let in') process.exitCode = 1
