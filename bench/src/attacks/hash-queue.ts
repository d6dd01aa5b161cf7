import { setTimeout as wait } from 'node:timers/promises'
import { createKith, type RetryLaterError } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'

/**
 * 240 wrong sign-ins a second from 500 networks, each within its limits, while the owner signs in a dozen times, with the
 * usual hashing. How often does the owner get a busy error, and how long does a sign-in take otherwise?
 */
const password = 'correct horse battery'
const seconds = 8
const perSecond = 240

const kith = createKith({
  secret: 'a secret of the bench, of 32 characters or more',
  storage: createMemoryStorage(),
})
const owner = await kith.accounts.register({ username: 'ana', password })
const device = (owner.tokens as { deviceToken?: string }).deviceToken

async function throughput(): Promise<number> {
  const start = performance.now()
  const count = 60
  await Promise.all(
    Array.from({ length: count }, (_, index) =>
      kith.sessions
        .login({ login: `x${index}`, password }, { address: `2001:db8:${index.toString(16)}::1` })
        .catch(() => {}),
    ),
  )
  return (count / (performance.now() - start)) * 1000
}

let guessing = true
let made = 0
async function guess(): Promise<void> {
  const pending: Promise<unknown>[] = []
  while (guessing) {
    for (let index = 0; index < perSecond / 20; index++, made++) {
      const address = `2001:db9:${(made % 500).toString(16)}::1`
      pending.push(
        kith.sessions.login({ login: `nobody-${made}`, password: 'wrong' }, { address }).catch(() => {}),
      )
    }
    await wait(50)
  }
  await Promise.all(pending)
}

const rate = await throughput()
const flood = guess()
await wait(1_500)
const times: number[] = []
let busy = 0
for (let attempt = 0; attempt < 12; attempt++) {
  const start = performance.now()
  try {
    await kith.sessions.login({ login: 'ana', password }, { address: '203.0.113.7', device })
    times.push(performance.now() - start)
  } catch (error) {
    if ((error as RetryLaterError).code !== 'busy') throw error
    busy++
  }
  await wait(((seconds - 1.5) * 1000) / 12)
}
guessing = false
await flood
times.sort((a, b) => a - b)
console.table({
  'sign-ins a second, nothing else going on': rate.toFixed(0),
  'wrong sign-ins meanwhile': made,
  'owner told busy, of 12': busy,
  'owner, median (ms)': (times[times.length >> 1] ?? NaN).toFixed(0),
  'owner, slowest (ms)': (times.at(-1) ?? NaN).toFixed(0),
})
console.log(busy === 0 ? 'A known device gets in.' : 'Strangers fill the queue of the owner.')
process.exitCode = busy === 0 ? 0 : 1
