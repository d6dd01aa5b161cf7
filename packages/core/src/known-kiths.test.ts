import { createKith } from '@kith/core'
import { createMemoryRevocations, createMemoryStorage } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { createInstance, type Instance } from '../test/instance.ts'

let made = 0

/** An instance with a secret that no other test uses. */
function lone(overrides: Parameters<typeof createInstance>[0] = {}): Instance {
  return createInstance({ secret: `secret ${made++} of a test, of 32 characters or more`, ...overrides })
}

async function logOut({ kith }: Pick<Instance, 'kith'>): Promise<void> {
  const { user, session } = await kith.accounts.register({
    username: `ada${made++}`,
    password: 'correct horse',
  })
  await kith.sessions.logout({ userId: user.id, sessionId: session.id })
}

const warnings = ({ logged }: Instance): number =>
  logged.filter(([message]) => message.includes('Another Kith with this secret')).length

test('warns once, at the first logout while another Kith with the same secret exists', async () => {
  const first = lone()
  await logOut(first)
  expect(warnings(first)).toBe(0)
  const second = createInstance({ secret: first.options.secret })
  expect(warnings(first)).toBe(0)
  await logOut(second)
  expect(warnings(second)).toBe(1)
  await logOut(second)
  await logOut(first)
  expect([warnings(first), warnings(second)]).toEqual([0, 1])
})

test('does not count an instance that is closed, has another secret or shares revocations', async () => {
  const closed = lone()
  await closed.kith.close()
  const after = createInstance({ secret: closed.options.secret })
  await logOut(after)
  const other = lone()
  await logOut(other)
  const revocations = createMemoryRevocations()
  const sharing = lone({ revocations })
  const beside = createKith({ ...sharing.options, storage: createMemoryStorage() })
  await logOut({ kith: beside })
  await logOut(sharing)
  expect([after, other, sharing].map(warnings)).toEqual([0, 0, 0])
})
