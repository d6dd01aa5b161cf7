import { describe, expect, test } from 'vitest'
import { instance as codedInstance } from '../../test/coded-app.ts'
import { codeOf, createInstance, type Instance } from '../../test/instance.ts'
import { RetryLaterError } from '../errors.ts'
import { createMemoryRateLimits } from '../memory/memory-rate-limits.ts'
import type { ClientInfo } from '../viewer.ts'
import { defaultLimits, type LimitName } from './default-limits.ts'
import { isLet } from './limits.ts'
import type { RateLimits } from './rate-limits.ts'

const password = 'correct horse'
const stranger = { address: '198.51.100.1' }

async function withAna(options: Parameters<typeof createInstance>[0] = {}) {
  const made = createInstance(options)
  const { user, session, tokens } = await made.kith.accounts.register({ username: 'ana', password })
  const viewer = { userId: user.id, sessionId: session.id }
  return { ...made, ...made.kith, viewer, device: tokens.deviceToken }
}

const guess = ({ kith }: Pick<Instance, 'kith'>, client: ClientInfo): Promise<string> =>
  codeOf(kith.sessions.login({ login: 'ana', password: 'wrong' }, client))

const once = [{ limit: 1, window: '1m' as const }]
const limited = (...names: LimitName[]) => ({
  limits: Object.fromEntries(names.map((name) => [name, once])),
})

/** Collects the limit.reached events of an instance. */
function refusalsOf({ events }: Instance['kith']): unknown[] {
  const told: unknown[] = []
  events.on('limit.reached', ({ at: _at, ...event }) => void told.push(event))
  return told
}

describe('a refusal names its subject, as far as the limit knows it', () => {
  const nobody = { userId: null, sessionId: null, address: null, retryAfterSeconds: 60 }

  test('an IP address', async () => {
    const { kith } = createInstance(limited('loginByAddress'))
    const told = refusalsOf(kith)
    for (let time = 0; time < 2; time++) await guess({ kith }, stranger)
    expect(told).toEqual([{ ...nobody, limit: 'loginByAddress', ...stranger }])
  })

  test('an account', async () => {
    const ana = await withAna(limited('changeByAccount'))
    const told = refusalsOf(ana.kith)
    await ana.accounts.edit(ana.viewer, { name: 'Ana' })
    expect(await codeOf(ana.accounts.edit(ana.viewer, { name: 'Ann' }))).toBe('rate-limited')
    expect(told).toEqual([{ ...nobody, limit: 'changeByAccount', userId: ana.viewer.userId }])
  })

  test('a session, or the account for which the host acts: each has its own allowance', async () => {
    const ana = await withAna(limited('revokeBySession'))
    const told = refusalsOf(ana.kith)
    const { userId, sessionId } = ana.viewer
    for (const viewer of [ana.viewer, ana.kith.viewerOf(userId)]) {
      expect(await codeOf(ana.sessions.revoke(viewer, 'none'))).toBe('session-not-found')
      expect(await codeOf(ana.sessions.revoke(viewer, 'none'))).toBe('rate-limited')
    }
    const limit = 'revokeBySession'
    expect(told).toEqual([
      { ...nobody, limit, sessionId },
      { ...nobody, limit, userId },
    ])
  })

  test('a session that refreshes', async () => {
    const ana = await withAna(limited('refreshBySession'))
    const told = refusalsOf(ana.kith)
    const { tokens, session } = await ana.sessions.login({ login: 'ana', password })
    await ana.sessions.refresh(tokens.refreshToken)
    expect(await codeOf(ana.sessions.refresh(tokens.refreshToken))).toBe('rate-limited')
    expect(told).toEqual([{ ...nobody, limit: 'refreshBySession', sessionId: session.id }])
  })

  test('no subject if passwords are counted: the typed login stays out of the event', async () => {
    const ana = await withAna(limited('passwordByAccount', 'passwordBySession'))
    const told = refusalsOf(ana.kith)
    for (let time = 0; time < 2; time++) {
      await guess(ana, {})
      await codeOf(ana.accounts.delete(ana.viewer, { password: 'wrong' }))
    }
    expect(told).toEqual([
      { ...nobody, limit: 'passwordByAccount' },
      { ...nobody, limit: 'passwordBySession' },
    ])
  })

  test('the network of a registration that is too much work now', async () => {
    const passwords = { memoryKiB: 16_384, iterations: 2, queueLimit: 1, concurrency: 1 }
    const { accounts, events } = createInstance({ passwords }).kith
    const told: unknown[] = []
    events.on('work.refused', ({ at: _at, ...event }) => void told.push(event))
    const register = (username: string) => codeOf(accounts.register({ username, password }, stranger))
    const codes = await Promise.all(['ana', 'ben', 'cleo'].map(register))
    expect(codes.toSorted()).toEqual(['busy', 'no error', 'no error'])
    expect(told).toEqual([{ work: 'passwords', userId: null, network: '198.51.100.0/24' }])
  })

  test('the client that requested messages', async () => {
    for (const limit of ['sendByAddress', 'sendByClient'] as const) {
      const { kith } = codedInstance(limited(limit))
      const told = refusalsOf(kith)
      await kith.recovery.begin({ login: 'nobody' }, stranger)
      expect(await codeOf(kith.recovery.begin({ login: 'nobody' }, stranger))).toBe('rate-limited')
      expect(told).toEqual([{ ...nobody, limit, ...stranger }])
    }
  })
})

describe('messages to one recipient', () => {
  async function withMail(limits: object) {
    const made = codedInstance(limits)
    await made.kith.accounts.register({ username: 'ana', email: 'ana@example.com', password })
    return made
  }

  test('are also counted per client and recipient, however the login was typed, and the caller sees no error', async () => {
    const { kith, mailbox } = await withMail(limited('sendByClient'))
    const told = refusalsOf(kith)
    for (const login of ['ana', 'ana@example.com']) await kith.recovery.begin({ login }, stranger)
    await kith.settled()
    expect(mailbox.messages).toHaveLength(1)
    expect(told).toMatchObject([{ limit: 'sendByClient', ...stranger }])
  })

  test('that nobody gets count for no recipient: callers from different networks, or accounts, use up their own share', async () => {
    const { kith } = await withMail(limited('sendByRecipient'))
    const told = refusalsOf(kith)
    for (const address of ['198.51.100.1', '203.0.113.1'])
      await kith.recovery.begin({ login: 'nobody' }, { address })
    const email = 'eve@example.com'
    await kith.accounts.import({ username: 'eve', email, emailVerified: true, passwordHash: null })
    for (const username of ['ben', 'cleo']) {
      const { user, session } = await kith.accounts.register({ username, password })
      const viewer = { userId: user.id, sessionId: session.id }
      await kith.addresses.change(viewer, { email, currentPassword: password })
    }
    expect(told).toEqual([])
  })

  test('that the host sends itself are counted only per recipient', async () => {
    const { kith, mailbox } = await withMail(limited('sendByClient', 'sendByAddress'))
    for (let time = 0; time < 3; time++) await kith.recovery.begin({ login: 'ana' })
    await kith.settled()
    expect(mailbox.messages).toHaveLength(3)
  })
})

describe('an unreachable counter', () => {
  const unavailable = new RetryLaterError('storage-unavailable', 1)
  const away: RateLimits = {
    hit: () => Promise.reject(unavailable),
    reset: async () => {},
  }

  test('is not needed if the limits are turned off', async () => {
    const lifted = Object.fromEntries(Object.keys(defaultLimits).map((name) => [name, []]))
    const ana = await withAna({ rateLimits: away, limits: lifted })
    expect(await guess(ana, { ...stranger, device: ana.device })).toBe('invalid-credentials')
  })

  test('lets nothing through and locks no account', async () => {
    const { kith } = createInstance({ rateLimits: away })
    const locked: unknown[] = []
    kith.events.on('login.locked', (event) => void locked.push(event))
    expect(await guess({ kith }, stranger)).toBe('storage-unavailable')
    expect(await guess({ kith }, {})).toBe('storage-unavailable')
    expect(locked).toEqual([])
    for (const error of [unavailable, new Error('gone'), Object.assign(new Error('odd'), { status: 429 })])
      await expect(isLet(Promise.reject(error))).rejects.toBe(error)
  })
})

test('counter keys contain no name, address or session, so reading them reveals nothing', async () => {
  const keys: string[] = []
  const counters = createMemoryRateLimits()
  const rateLimits: RateLimits = {
    hit: (key, ...rest) => (keys.push(key), counters.hit(key, ...rest)),
    reset: (reset) => counters.reset(reset),
  }
  const ana = await withAna({ rateLimits })
  for (let host = 0; host < 20; host++) await guess(ana, { address: `198.51.100.${host}` })
  expect(new Set(keys).size).toBeGreaterThan(40)
  for (const key of keys) expect(key).toMatch(/^[\w-]{16}$/)
  expect(keys.join('')).toMatch(/[g-z]/i)
})
