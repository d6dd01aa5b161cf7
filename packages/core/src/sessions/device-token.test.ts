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

test('a device keeps its id, and the five accounts that signed in last', async () => {
  let token = await devices.issue('a', null)
  const { id = '' } = (await devices.read(token)) ?? {}
  expect(Buffer.from(id, 'base64url')).toHaveLength(16)
  for (const userId of ['b', 'c', 'a', 'd', 'e', 'f', 'e'])
    token = await devices.issue(userId, await devices.read(token))
  expect(await devices.read(token)).toEqual({ id, accounts: ['e', 'f', 'd', 'a', 'c'] })
  expect((await devices.read(await devices.issue('a', null)))?.id).not.toBe(id)
})

test('it is known for 400 days', async () => {
  const token = await devices.issue('a', null)
  now += 400 * 86_400_000 - 1_000
  expect(await devices.read(token)).not.toBeNull()
  now += 1_000
  expect(await devices.read(token)).toBeNull()
})

test('what we have not signed for this, or is spelled in another way, makes nobody known', async () => {
  const token = await devices.issue('a', null)
  const refresh = await createRefreshTokens(options).issue({
    id: 's',
    userId: 'a',
    generation: 0,
    createdAt: new Date(now),
    rotatedAt: new Date(now),
    expiresAt: new Date(now + 1e6),
    revokedAt: null,
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
    await foreign.issue('a', null),
    await elsewhere.issue('a', null),
    token.replace(/^[^.]+/, Buffer.from('{"alg":"none","typ":"dt+jwt"}').toString('base64url')),
  ]
  for (const each of bad) expect(await devices.read(each)).toBeNull()
})
