import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createDeviceTokens } from './device-token.ts'
import { createRefreshTokens } from './refresh-token.ts'

let now = Date.parse('2026-01-01T00:00:00Z')
const options = {
  secrets: ['the first secret, of 32 characters or more'],
  issuer: 'kith',
  audience: 'kith',
  clock: () => new Date(now),
  random: (length: number) => randomBytes(length),
}
const devices = createDeviceTokens(options)
const account = (id: string, passwordHash: string | null = 'hash') => ({ id, passwordHash })

test('a device keeps its id and the last five accounts that signed in', async () => {
  let token = await devices.issue(account('a'), null)
  const { id = '' } = (await devices.read(token)) ?? {}
  expect(Buffer.from(id, 'base64url')).toHaveLength(16)
  for (const userId of ['b', 'c', 'a', 'd', 'e', 'f', 'e'])
    token = await devices.issue(account(userId), await devices.read(token))
  const device = await devices.read(token)
  expect(device?.id).toBe(id)
  expect(device?.accounts.map((mark) => mark.replace(/\.[\w-]{12}$/, ''))).toEqual(['e', 'f', 'd', 'a', 'c'])
  for (const userId of ['a', 'b', 'c', 'd', 'e', 'f', 'g'])
    expect(device && devices.knows(device, account(userId))).toBe('acdef'.includes(userId))
  expect((await devices.read(await devices.issue(account('a'), null)))?.id).not.toBe(id)
})

test('a device token is valid for 400 days', async () => {
  const token = await devices.issue(account('a'), null)
  now += 400 * 86_400_000 - 1_000
  expect(await devices.read(token)).not.toBeNull()
  now += 1_000
  expect(await devices.read(token)).toBeNull()
})

test('a token that Kith did not sign for this purpose, or in another spelling, identifies no device', async () => {
  const token = await devices.issue(account('a'), null)
  const refresh = await createRefreshTokens(options).issue({
    id: 's',
    userId: 'a',
    epoch: 0,
    generation: 0,
    createdAt: new Date(now),
    rotatedAt: new Date(now),
    expiresAt: new Date(now + 1e6),
    revokedAt: null,
    provedAt: new Date(now),
    methods: ['pwd'],
    actorId: null,
    actorSessionId: null,
    boundKey: null,
    deviceName: null,
    address: null,
    userAgent: null,
  })
  const foreign = createDeviceTokens({ ...options, secrets: ['another secret, of 32 characters or more'] })
  const elsewhere = createDeviceTokens({ ...options, audience: 'another' })
  const bad = [
    undefined,
    '',
    'x',
    `${token}=`,
    ` ${token}`,
    refresh,
    await foreign.issue(account('a'), null),
    await elsewhere.issue(account('a'), null),
    token.replace(/^[^.]+/, Buffer.from('{"alg":"none","typ":"dt+jwt"}').toString('base64url')),
  ]
  for (const each of bad) expect(await devices.read(each)).toBeNull()
})

test('a new password makes earlier devices unknown, and a new secret does not', async () => {
  const ana = account('a', 'old')
  const token = await devices.issue(ana, await devices.read(await devices.issue(account('b'), null)))
  const rotated = createDeviceTokens({
    ...options,
    secrets: ['the next secret, of 32 characters, yes', ...options.secrets],
  })
  for (const tokens of [devices, rotated]) {
    const device = await tokens.read(token)
    const knows = (who: ReturnType<typeof account>) => device !== null && tokens.knows(device, who)
    expect([ana, account('a', 'new'), account('a', null), account('b')].map(knows)).toEqual([
      true,
      false,
      false,
      true,
    ])
    // In the token, the new password replaces the old one and keeps the other accounts.
    const renewed = await tokens.read(await tokens.issue(account('a', 'new'), device))
    expect(renewed?.accounts).toHaveLength(2)
    expect(renewed?.id).toBe(device?.id)
  }
  expect(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).not.toMatch(/old|hash/)
})
