import { expect, test } from 'vitest'
import { createInstance } from '../test/instance.ts'
import type { KithEventName } from './events.ts'

const names: KithEventName[] = [
  'account.registered',
  'account.edited',
  'account.password-changed',
  'account.banned',
  'account.unbanned',
  'account.deleted',
  'session.opened',
  'session.refreshed',
  'session.revoked',
  'login.failed',
]

test('rejects an unknown event with suggestions, and a listener that is not a function', () => {
  const { kith } = createInstance()
  const on = kith.events.on as (name: string, listener?: unknown) => unknown
  expect(() => on('follow.add', () => {})).toThrow(
    new TypeError('events.on: no event is called "follow.add": take follow.added, follow.removed'),
  )
  expect(() => on('followed', () => {})).toThrow(/take account\.registered, .*work\.refused$/)
  expect(() => on('follow.added')).toThrow(new TypeError('events.on: give follow.added a function to call'))
})

test('emits each change, in order, with its time and without secrets', async () => {
  const { kith } = createInstance()
  const seen: [string, unknown][] = []
  for (const name of names) kith.events.on(name, (event) => void seen.push([name, event]))
  const password = 'correct horse'
  const { user, session, tokens } = await kith.accounts.register({ username: 'ana', password })
  const viewer = { userId: user.id, sessionId: session.id }
  await kith.sessions.refresh(tokens.refreshToken)
  await kith.sessions.login({ login: 'ana', password: 'wrong' }).catch(() => {})
  await kith.accounts.edit(viewer, { name: 'Ana' })
  await kith.accounts.changePassword(viewer, { currentPassword: password, newPassword: 'battery staple' })
  await kith.accounts.ban(user.id)
  await kith.accounts.unban(user.id)
  await kith.accounts.delete(viewer, { password: 'battery staple' })
  expect(seen.map(([name]) => name)).toEqual([
    'account.registered',
    'session.opened',
    'session.refreshed',
    'login.failed',
    'account.edited',
    'account.password-changed',
    'session.revoked',
    'session.opened',
    'session.revoked',
    'account.banned',
    'account.unbanned',
    'account.deleted',
  ])
  expect(seen[0]?.[1]).toEqual({ userId: user.id, at: new Date('2026-01-01T00:00:00Z') })
  expect(JSON.stringify(seen)).not.toMatch(/correct horse|battery staple|eyJ/)
})

test('a listener that throws, synchronously or later, is logged and breaks nothing; a listener can be removed', async () => {
  const { kith, logged } = createInstance()
  const seen: string[] = []
  kith.events.on('account.registered', () => {
    throw new Error('at once')
  })
  kith.events.on('account.registered', async () => {
    await Promise.resolve()
    throw new Error('later')
  })
  const off = kith.events.on('account.registered', ({ userId }) => void seen.push(userId))
  await kith.accounts.register({ username: 'ana', password: 'correct horse' })
  off()
  await kith.accounts.register({ username: 'ben', password: 'correct horse' })
  expect(seen).toHaveLength(1)
  kith.config.log.flush()
  expect(logged.map(([message]) => message)).toEqual(
    Array(2).fill('A listener of account.registered failed.'),
  )
  expect(logged).toMatchObject([
    [expect.any(String), { event: 'listener.failed', error: { message: 'at once' } }],
    [expect.any(String), { event: 'listener.failed', error: { message: 'later' }, repeated: 3 }],
  ])
})
