import { expect, test } from 'vitest'
import { codeOf, createInstance } from '../../test/instance.ts'
import { networkKey } from './client-address.ts'
import { countersOf, turnOf } from './guesser.ts'

const password = 'correct horse'

test('strangers queue by network, a /24 or a /48; known clients queue by account, and first', () => {
  const turn = (address?: string) => turnOf({ kind: 'stranger', login: '', client: { address } })
  expect(turn('203.0.113.7')).toEqual({ key: '203.0.113.0/24' })
  expect(turn('::ffff:203.0.113.9')).toEqual({ key: '203.0.113.0/24' })
  expect(turn('2001:db8:1:2::3')).toEqual({ key: '2001:db8:1::/48' })
  expect(turn('2001:db8:1:ffff::')).toEqual({ key: '2001:db8:1::/48' })
  expect(turn()).toEqual({ key: networkKey('') })
  const known = { key: 'ana', lane: 'first' }
  expect(turnOf({ kind: 'device', userId: 'ana', deviceId: 'd' })).toEqual(known)
  expect(turnOf({ kind: 'session', userId: 'ana', sessionId: 's' })).toEqual(known)
})

test('each device of an account has its own counter', () => {
  const counters = (userId: string, deviceId: string) => countersOf({ kind: 'device', userId, deviceId })
  expect(counters('ana', 'd')).toEqual(counters('ana', 'd'))
  expect(counters('ana', 'd')).not.toEqual(counters('ana', 'e'))
  expect(counters('ana', 'd')).not.toEqual(counters('ben', 'd'))
})

test('known clients get in while strangers from everywhere fill the queue', async () => {
  const { kith } = createInstance({
    passwords: { memoryKiB: 1_024, iterations: 2, concurrency: 1, queueLimit: 20 },
  })
  const ana = await kith.accounts.register({ username: 'ana', password })
  const viewer = await kith.sessions.authenticate(ana.tokens.accessToken)
  const strangers = Array.from({ length: 400 }, (_, index) =>
    codeOf(
      kith.sessions.login(
        { login: `nobody-${index}`, password },
        { address: `203.0.${index % 100}.${index}` },
      ),
    ),
  )
  const device = ana.tokens.deviceToken
  const owners = [
    codeOf(kith.sessions.login({ login: 'ana', password }, { address: '203.0.1.1', device })),
    codeOf(kith.accounts.delete(viewer, { password: 'wrong' })),
  ]
  expect(await Promise.all(owners)).toEqual(['no error', 'wrong-password'])
  expect(await Promise.all(strangers)).toContain('busy')
})

test('one network gets only the places in the queue that others leave free', async () => {
  const { kith } = createInstance({
    passwords: { memoryKiB: 1_024, iterations: 2, concurrency: 1, queueLimit: 20 },
  })
  const login = (address: string): Promise<string> =>
    codeOf(kith.sessions.login({ login: `nobody-${address}`, password }, { address }))
  const crowd = Array.from({ length: 200 }, (_, index) => login(`203.0.113.${index}`))
  const others = Array.from({ length: 5 }, (_, index) => login(`198.51.${index}.1`))
  expect(await Promise.all(others)).toEqual(Array<string>(5).fill('invalid-credentials'))
  await Promise.all(crowd)
})
