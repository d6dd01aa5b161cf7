import { createHash } from 'node:crypto'
import type { LogFields } from '@kith/core'
import { expect, test, vi } from 'vitest'
import { cheapHashing, codeOf, createInstance, type Instance } from '../../test/instance.ts'
import type { BreachedPasswords } from './breached-passwords.ts'

const password = 'correct horse'

function instance(timesSeen: BreachedPasswords['timesSeen']): Instance {
  return createInstance({ passwords: { ...cheapHashing, breached: { timesSeen } } })
}

/** The lines about lookups that failed. */
function failuresIn({ logged }: Instance): LogFields[] {
  return logged.map(([, fields]) => fields).filter(({ event }) => event === 'password.breach-check-failed')
}

test('a password that is known from breaches is refused at registration and at a change, by its SHA-1', async () => {
  const asked: string[] = []
  const { kith } = instance(async (sha1) => {
    asked.push(sha1)
    return asked.length > 1 ? 3 : 0
  })
  const { user, session } = await kith.accounts.register({ username: 'ana', password })
  expect(asked).toEqual([createHash('sha1').update(password).digest('hex').toUpperCase()])
  const viewer = { userId: user.id, sessionId: session.id }
  const message = expect.stringContaining('known from a breach') as string
  await expect(kith.accounts.register({ username: 'ben', password })).rejects.toMatchObject({
    errors: [{ path: 'password', code: 'breached', message }],
  })
  await expect(
    kith.accounts.changePassword(viewer, { currentPassword: password, newPassword: 'battery staple' }),
  ).rejects.toMatchObject({ errors: [{ path: 'newPassword', code: 'breached', message }] })
  for (const refused of [
    kith.accounts.create({ username: 'ben', password }),
    kith.accounts.setPassword(user.id, 'battery staple'),
  ])
    await expect(refused).rejects.toMatchObject({ errors: [{ path: 'password', code: 'breached', message }] })
  expect(asked).toHaveLength(5)
})

test('without a list of breaches nothing is looked up, and nothing is reported', async () => {
  const made = createInstance()
  await made.kith.accounts.register({ username: 'ana', password })
  expect(failuresIn(made)).toEqual([])
})

test('a password that cannot be looked up is accepted, with an event and a line that does not contain its hash', async () => {
  const failures: unknown[] = []
  const made = instance((sha1) =>
    Promise.reject(new Error(`no answer for ${sha1}, that is ${sha1.slice(0, 5)} and ${sha1.slice(5)}`)),
  )
  const { kith } = made
  kith.events.on('password.breach-check-failed', ({ userId }) => void failures.push(userId))
  const { user, session } = await kith.accounts.register({ username: 'ana', password })
  await kith.accounts.changePassword(
    { userId: user.id, sessionId: session.id },
    { currentPassword: password, newPassword: 'battery staple' },
  )
  await kith.accounts.create({ username: 'ben', password })
  await kith.accounts.setPassword(user.id, 'another horse 99')
  expect(failures).toEqual([null, user.id, null, user.id])
  // The two of them are one line that repeats.
  const message = 'no answer for (secret), that is 2F9E5 and (secret)'
  expect(failuresIn(made)).toMatchObject([{ error: { message } }])
})

test('a list of breaches that never responds is waited for until two seconds have passed, and no longer', async () => {
  const clock = new AbortController()
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(clock.signal)
  const made = instance(() => {
    queueMicrotask(() => clock.abort(new Error('too late')))
    return new Promise(() => {})
  })
  try {
    expect(await codeOf(made.kith.accounts.register({ username: 'ana', password }))).toBe('no error')
  } finally {
    vi.restoreAllMocks()
  }
  expect(timeout.mock.calls).toEqual([[2_000]])
  expect(failuresIn(made)).toMatchObject([{ error: { message: 'too late' } }])
})
