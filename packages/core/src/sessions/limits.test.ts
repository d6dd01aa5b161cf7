import { describe, expect, test } from 'vitest'
import { codeOf, createInstance, type Instance } from '../../test/instance.ts'
import type { ClientInfo } from '../viewer.ts'
import { defaultLimits } from './default-limits.ts'

const password = 'correct horse'
const wrong = { login: 'ana', password: 'wrong' }
const stranger = { address: '198.51.100.1' }

async function withAna(overrides: Parameters<typeof createInstance>[0] = {}) {
  const instance = createInstance(overrides)
  const { tokens } = await instance.kith.accounts.register({
    username: 'ana',
    email: 'ana@example.com',
    password,
  })
  const viewer = await instance.kith.sessions.authenticate(tokens.accessToken)
  return { ...instance, ...instance.kith, viewer, device: tokens.deviceToken }
}

const guess = ({ kith }: Pick<Instance, 'kith'>, client: ClientInfo): Promise<string> =>
  codeOf(kith.sessions.login(wrong, client))

describe('strangers', () => {
  // asvs: 6.3.1
  test('concurrent guesses cannot exceed the limit, and during a lock even the right password is refused', async () => {
    const ana = await withAna()
    const codes = await Promise.all(Array.from({ length: 30 }, () => guess(ana, stranger)))
    expect(codes.filter((code) => code === 'invalid-credentials')).toHaveLength(10)
    expect(codes.filter((code) => code === 'account-locked')).toHaveLength(20)
    const right = (client = stranger) => codeOf(ana.sessions.login({ login: 'ana', password }, client))
    ana.advance(299.999)
    expect(await right()).toBe('account-locked')
    expect(await right({ address: '198.51.100.2' })).toBe('no error')
    ana.advance(0.001)
    expect(await right()).toBe('no error')
  })

  test('the lock backs off with an exact time: 30 wrong passwords in an hour lock for the rest of it', async () => {
    const ana = await withAna()
    for (let round = 0; round < 3; round++) {
      for (let time = 0; time < 10; time++) expect(await guess(ana, stranger)).toBe('invalid-credentials')
      ana.advance(round < 2 ? 300 : 10)
    }
    // Both windows are full; the longer one determines the time.
    await expect(ana.sessions.login(wrong, stranger)).rejects.toMatchObject({
      code: 'account-locked',
      retryAfterSeconds: 3600 - 610,
    })
  })

  test('more attempts do not extend a lock', async () => {
    const ana = await withAna()
    for (let time = 0; time < 500; time++) await guess(ana, {})
    ana.advance(300)
    expect(await codeOf(ana.sessions.login({ login: 'ana', password }))).toBe('no error')
  })

  test('a right password clears the count', async () => {
    const ana = await withAna()
    for (let round = 0; round < 5; round++) {
      for (let time = 0; time < 9; time++) expect(await guess(ana, stranger)).toBe('invalid-credentials')
      await ana.sessions.login({ login: 'ana', password }, stranger)
      ana.advance(60)
    }
  })

  // asvs: 6.3.1
  test('one IP address locks out no other; many together slow down all strangers, for at most an hour', async () => {
    const ana = await withAna()
    for (let time = 0; time < 100; time++) await guess(ana, stranger)
    expect(await guess(ana, { address: '198.51.100.2' })).toBe('invalid-credentials')
    for (let minute = 0; minute < 60; minute++) {
      for (let host = 0; host < 25; host++) await guess(ana, { address: `203.0.${minute}.${host}` })
      ana.advance(60)
    }
    const longest = Math.max(...defaultLimits.passwordByAccount.map(({ windowSeconds }) => windowSeconds))
    expect(longest).toBeLessThanOrEqual(3_600)
    ana.advance(longest)
    expect(await codeOf(ana.sessions.login({ login: 'ana', password }, stranger))).toBe('no error')
  })

  test('at most 200 guesses per login and hour are checked, from however many IP addresses', async () => {
    const ana = await withAna()
    let tried = 0
    for (let second = 0; second < 3_600; second += 2) {
      const code = await guess(ana, { address: `203.${second >> 8}.${second & 255}.1` })
      if (code === 'invalid-credentials') tried++
      ana.advance(2)
    }
    expect(tried).toBe(200)
  })

  test.each(['', '@example.com'])('locks do not reveal whether a login exists (ana%s)', async (suffix) => {
    const ana = await withAna()
    const histories = await Promise.all(
      ['ana', 'nobody'].map(async (name) => {
        const codes: string[] = []
        for (let time = 0; time < 40; time++) {
          const login = time % 3 ? name : `${name}${suffix}`
          const client = { address: `198.51.100.${(name === 'ana' ? 0 : 100) + (time % 7)}` }
          codes.push(await codeOf(ana.sessions.login({ login, password: 'wrong' }, client)))
        }
        return codes
      }),
    )
    expect(histories[0]).toEqual(histories[1])
  })
})

describe('known devices and sessions', () => {
  // asvs: 6.1.1, 6.3.1
  test('strangers cannot lock a device on which the account has signed in, however many there are', async () => {
    const ana = await withAna()
    const login = (): Promise<string> =>
      codeOf(ana.sessions.login({ login: 'ana', password }, { ...stranger, device: ana.device }))
    for (let round = 0; round < 20; round++) {
      for (let host = 0; host < 40; host++) await guess(ana, { address: `198.51.100.${host}` })
      for (let time = 0; time < 40; time++)
        await codeOf(ana.sessions.login({ login: `x${time}`, password }, stranger))
      expect(await guess(ana, stranger)).toBe('rate-limited')
      expect(await login()).toBe('no error')
      ana.advance(300)
    }
  })

  test('a stolen device token gains only its own counter; another holder of the token is treated as a stranger at worst', async () => {
    const ana = await withAna()
    const other = await ana.sessions.login({ login: 'ana', password })
    const thief = { address: '203.0.113.1', device: ana.device }
    const codes = await Promise.all(Array.from({ length: 25 }, () => guess(ana, thief)))
    // Ten as the device, and ten as the stranger that it is without the token.
    expect(codes.filter((code) => code === 'invalid-credentials')).toHaveLength(20)
    expect(codes.filter((code) => code === 'account-locked')).toHaveLength(5)
    const copied = { ...stranger, device: ana.device }
    expect(await codeOf(ana.sessions.login({ login: 'ana', password }, copied))).toBe('no error')
    const owner = { ...stranger, device: other.tokens.deviceToken }
    expect(await codeOf(ana.sessions.login({ login: 'ana', password }, owner))).toBe('no error')
    expect(await codeOf(ana.accounts.me({ userId: 'x', sessionId: ana.device ?? '' }))).toBe(
      'unauthenticated',
    )
    expect(await codeOf(ana.sessions.authenticate(ana.device ?? ''))).toBe('access-token-invalid')
    expect(await codeOf(ana.sessions.refresh(ana.device ?? ''))).toBe('refresh-token-invalid')
  })

  test('sign-ins from a device are limited too, across all devices of an account', async () => {
    const ana = await withAna()
    const codes: string[] = []
    const client = { address: '203.0.113.1', device: ana.device }
    for (let time = 0; time < 61; time++)
      codes.push(await codeOf(ana.sessions.login({ login: 'ana', password }, client)))
    // First as the device, and then as any stranger from this IP address.
    expect(codes.slice(0, 60).every((code) => code === 'no error')).toBe(true)
    expect(codes[60]).toBe('rate-limited')
  })

  test('device tokens collected with the old password lock nobody out after a password change', async () => {
    const ana = await withAna()
    const gathered: (string | undefined)[] = []
    for (let time = 0; time < 40; time++) {
      gathered.push((await ana.sessions.login({ login: 'ana', password })).tokens.deviceToken)
      ana.advance(60)
    }
    const next = 'battery staple'
    const { tokens } = await ana.accounts.changePassword(ana.viewer, {
      currentPassword: password,
      newPassword: next,
    })
    const owner = { address: '198.51.100.0', device: tokens.deviceToken }
    for (let round = 0; round < 8; round++) {
      for (const [index, device] of gathered.entries())
        for (let time = 0; time < 3; time++) await guess(ana, { address: `198.51.100.${index % 20}`, device })
      expect(await codeOf(ana.sessions.login({ login: 'ana', password: next }, owner))).toBe('no error')
      ana.advance(300)
    }
  })

  test('guesses at the current password are counted per session and lock no other session', async () => {
    const ana = await withAna()
    for (let time = 0; time < 10; time++)
      expect(await codeOf(ana.accounts.delete(ana.viewer, { password: 'wrong' }))).toBe('wrong-password')
    expect(await codeOf(ana.accounts.delete(ana.viewer, { password }))).toBe('account-locked')
    const { tokens } = await ana.sessions.login({ login: 'ana', password })
    const viewer = await ana.sessions.authenticate(tokens.accessToken)
    expect(await codeOf(ana.accounts.delete(viewer, { password }))).toBe('no error')
  })
})

// asvs: 6.3.1
test('an IP address is limited across all accounts, and an IPv6 /64 counts as one', async () => {
  const { kith } = createInstance()
  const codes: string[] = []
  for (let time = 0; time < 31; time++) {
    const client = { address: `2001:db8::${time}` }
    codes.push(await codeOf(kith.sessions.login({ login: `user_${time}`, password }, client)))
  }
  expect(codes.slice(0, 30).every((code) => code === 'invalid-credentials')).toBe(true)
  expect(codes[30]).toBe('rate-limited')
  expect(await guess({ kith }, { address: '2001:db8:0:1::1' })).toBe('invalid-credentials')
  expect(await guess({ kith }, {})).toBe('invalid-credentials')
})

test('limits can be set and turned off', async () => {
  const { kith } = createInstance({
    limits: {
      registerByAddress: [
        { limit: 5, window: '1m' },
        { limit: 1, window: 60 },
      ],
      passwordByClient: [],
      passwordByAccount: [],
    },
  })
  const client = { address: '203.0.113.7' }
  await kith.accounts.register({ username: 'ana', password }, client)
  await expect(kith.accounts.register({ username: 'ben', password }, client)).rejects.toMatchObject({
    code: 'rate-limited',
    retryAfterSeconds: 60,
  })
  for (let time = 0; time < 200; time++) expect(await guess({ kith }, {})).toBe('invalid-credentials')
})
