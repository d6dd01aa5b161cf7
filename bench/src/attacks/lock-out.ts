import { createKith, type Kith, type SignIn } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'

/**
 * Strangers guess the password of an account, from one IP address and from 500, and stop. For how long is the right password
 * refused to a device that signed in before, to a live session, and to a client with its own IP address?
 */
const password = 'correct horse battery'
const start = Date.parse('2026-01-01T00:00:00Z')
let now = start

type Guess = (address: string) => Promise<void>
type Attack = (guess: Guess) => Promise<void>

interface Owned {
  kith: Kith
  owner: SignIn
}

/** As many guesses at a time as the narrowest window allows, with pauses in between: 112 in three hours. */
async function fromOneAddress(guess: Guess): Promise<void> {
  for (let burst = 0; burst < 11; burst++) {
    for (let time = 0; time < (burst === 10 ? 12 : 10); time++) await guess('198.51.100.1')
    now += burst % 3 === 2 ? 3_001_000 : 301_000
  }
}

async function fromManyAddresses(guess: Guess): Promise<void> {
  for (let minute = 0; minute < 50; minute++) {
    for (let host = 0; host < 50; host++) await guess(`198.51.${minute % 10}.${host}`)
    now += 60_000
  }
}

const probes: Readonly<Record<string, (owned: Owned) => Promise<unknown>>> = {
  'known device': ({ kith, owner }) => {
    const device = (owner.tokens as { deviceToken?: string }).deviceToken
    return kith.sessions.login({ login: 'ana', password }, { address: '203.0.113.7', device })
  },
  'live session': ({ kith, owner: { user, session } }) =>
    kith.accounts.edit(
      { userId: user.id, sessionId: session.id },
      { email: 'ana@example.com', currentPassword: password },
    ),
  'new device elsewhere': ({ kith }) =>
    kith.sessions.login({ login: 'ana', password }, { address: '203.0.113.8' }),
}

/** Seconds from the end of an attack until the probe succeeds, tried every minute for a day. */
async function refusedFor(attack: Attack, probe: (owned: Owned) => Promise<unknown>): Promise<number> {
  now = start
  const kith = createKith({
    secret: 'a secret of the bench, of 32 characters or more',
    storage: createMemoryStorage(),
    passwords: { memoryKiB: 8, iterations: 1 },
    clock: () => new Date(now),
  })
  const owner = await kith.accounts.register({ username: 'ana', password })
  await attack(async (address) => {
    await kith.sessions.login({ login: 'ana', password: 'wrong' }, { address }).catch(() => {})
  })
  for (const end = now; now < end + 86_400_000; now += 60_000) {
    const done = await probe({ kith, owner }).then(
      () => true,
      () => false,
    )
    if (done) return (now - end) / 1000
  }
  return 86_400
}

async function measure(attack: Attack): Promise<Record<string, number>> {
  const results: Record<string, number> = {}
  for (const [name, probe] of Object.entries(probes)) results[name] = await refusedFor(attack, probe)
  return results
}

const one = await measure(fromOneAddress)
const many = await measure(fromManyAddresses)
console.log('Seconds for which the right password is refused after')
console.table({ '112 guesses from one address': one, '2,500 from 500 addresses': many })

const held =
  Object.values(one).every((seconds) => seconds === 0) &&
  many['known device'] === 0 &&
  many['live session'] === 0 &&
  (many['new device elsewhere'] ?? Infinity) <= 3_600
console.log(held ? 'Nobody who was in before is kept out.' : 'Strangers keep the owner out.')
process.exitCode = held ? 0 : 1
