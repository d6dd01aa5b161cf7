import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'

/**
 * Strangers guess the password of an account, from one address and then from 500, and stop. For how long is the right
 * password refused to a device that signed in before, to a live session, and to somebody at an address of their own?
 */
let now = Date.parse('2026-01-01T00:00:00Z')
const password = 'correct horse battery'

async function attack(
  guesses: (guess: (address: string) => Promise<void>) => Promise<number>,
): Promise<object> {
  const kith = createKith({
    secret: 'a secret of the bench, of 32 characters or more',
    storage: createMemoryStorage(),
    passwords: { memoryKiB: 8, iterations: 1 },
    clock: () => new Date(now),
  })
  const owner = await kith.accounts.register({ username: 'ana', password })
  const viewer = { userId: owner.user.id, sessionId: owner.session.id }
  const device = (owner.tokens as { deviceToken?: string }).deviceToken
  const requests = await guesses(async (address) => {
    await kith.sessions.login({ login: 'ana', password: 'wrong' }, { address }).catch(() => {})
  })
  const known = { address: '203.0.113.7', device }
  return {
    requests,
    'known device, refused for (s)': await refusedFor(() =>
      kith.sessions.login({ login: 'ana', password }, known),
    ),
    'live session, refused for (s)': await refusedFor(() =>
      kith.accounts.edit(viewer, { email: `ana-${now}@example.com`, currentPassword: password }),
    ),
    'new device elsewhere, refused for (s)': await refusedFor(() =>
      kith.sessions.login({ login: 'ana', password }, { address: '203.0.113.8' }),
    ),
  }
}

/** Tries every minute for a day and puts the clock back. */
async function refusedFor(act: () => Promise<unknown>): Promise<number> {
  const start = now
  try {
    for (; now < start + 86_400_000; now += 60_000) {
      const done = await act().then(
        () => true,
        () => false,
      )
      if (done) return (now - start) / 1000
    }
    return 86_400
  } finally {
    now = start
  }
}

const fromOne = await attack(async (guess) => {
  let requests = 0
  for (; requests < 112; requests++) {
    await guess('198.51.100.1')
    now += (3 * 3_600_000) / 112
  }
  return requests
})
const fromMany = await attack(async (guess) => {
  let requests = 0
  for (let minute = 0; minute < 60; minute++) {
    for (let host = 0; host < 50; host++, requests++)
      await guess(`198.51.${((minute * 50 + host) % 500) >> 8}.${host}`)
    now += 60_000
  }
  return requests
})
console.table({ 'one address, 3 hours': fromOne, '500 addresses, 1 hour': fromMany })

const refused = (result: object, column: string): number => Number((result as Record<string, number>)[column])
const held =
  [fromOne, fromMany].every((each) => refused(each, 'known device, refused for (s)') === 0) &&
  [fromOne, fromMany].every((each) => refused(each, 'live session, refused for (s)') === 0) &&
  refused(fromOne, 'new device elsewhere, refused for (s)') === 0 &&
  refused(fromMany, 'new device elsewhere, refused for (s)') <= 3_600
console.log(held ? 'Nobody who was in before is kept out.' : 'Strangers keep the owner out.')
process.exitCode = held ? 0 : 1
