import { expect, test } from 'vitest'
import { codeOf, createInstance } from '../../test/instance.ts'

test('keeps a role that the host sets between the check of the administrator and the change', async () => {
  const { kith, options } = createInstance({ accounts: { backOffice: {} } })
  const password = 'correct horse'
  const { user, session } = await kith.accounts.register({ username: 'grace', password })
  await kith.accounts.setRole(user.id, 'admin')
  const admin = { userId: user.id, sessionId: session.id }
  const { id } = await kith.accounts.create({ username: 'ada', password })

  const { users } = options.storage
  const { update } = users
  users.update = async (...given) => {
    users.update = update
    await kith.accounts.setRole(id, 'admin')
    return await update(...given)
  }
  const change = { userId: id, role: 'moderator' } as const
  expect(await codeOf(kith.backOffice.setRole(admin, change))).toBe('account-protected')
  expect((await kith.accounts.byId(id))?.role).toBe('admin')

  await kith.accounts.setRole(id, 'member')
  await kith.backOffice.setRole(admin, change)
  expect((await kith.accounts.byId(id))?.role).toBe('moderator')
})
