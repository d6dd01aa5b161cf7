import { expect, test } from 'vitest'
import type { UserRecord } from '../accounts/user-store.ts'
import type { SessionRecord } from './session-store.ts'
import { isOfAccount, toSession } from './session.ts'

const now = new Date('2026-01-01T00:00:00Z')
const session: SessionRecord = {
  id: 's',
  userId: 'u',
  epoch: 3,
  generation: 0,
  createdAt: now,
  rotatedAt: now,
  expiresAt: now,
  revokedAt: null,
  deviceName: 'Phone',
  address: '192.0.2.1',
  userAgent: 'Browser/1',
  provedAt: now,
  methods: ['pwd'],
  actorId: null,
  actorSessionId: null,
  boundKey: null,
}
const user = { id: 'u', bannedAt: null, sessionEpoch: 3 } as UserRecord

test('a session is valid only for its own account, if the account exists, is not banned and has the same epoch', () => {
  expect(isOfAccount(session, user)).toBe(true)
  expect(isOfAccount(session, null)).toBe(false)
  for (const change of [{ id: 'other' }, { bannedAt: now }, { sessionEpoch: 4 }, { sessionEpoch: 2 }])
    expect(isOfAccount(session, { ...user, ...change }), JSON.stringify(change)).toBe(false)
})

test('its owner sees whether it is bound or current, and its place, but not the place of an acting admin', () => {
  const own = { bound: false, current: true, impersonated: false, deviceName: 'Phone' }
  expect(toSession(session, 's')).toMatchObject({ ...own, address: '192.0.2.1', userAgent: 'Browser/1' })
  expect(toSession({ ...session, boundKey: 'k' }, null)).toMatchObject({ bound: true, current: false })
  const nowhere = { deviceName: null, address: null, userAgent: null }
  expect(toSession({ ...session, actorId: 'a' }, 'x')).toMatchObject({ ...nowhere, impersonated: true })
})
