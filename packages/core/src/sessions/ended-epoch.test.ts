import { expect, test } from 'vitest'
import { codeOf, createInstance } from '../../test/instance.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { createMemoryStorage } from '../memory/memory-storage.ts'
import type { Viewer } from '../viewer.ts'

const password = 'correct horse'

/** Steps of the account store that end all sessions, after other writes. */
const ends = {
  replacePassword: (accounts: Accounts, viewer: Viewer) =>
    accounts.changePassword(viewer, { currentPassword: password, newPassword: 'battery staple' }),
  markDeleted: (accounts: Accounts, viewer: Viewer) => accounts.delete(viewer, { password }),
} as const

test.each(['replacePassword', 'markDeleted'] as const)(
  'after %s, a token from a sign-in just before it, in its own epoch, is refused, even if sessions cannot be revoked',
  async (verb) => {
    const storage = createMemoryStorage()
    let justBefore = async (): Promise<void> => {}
    const users = {
      ...storage.users,
      async [verb](...values: [string, never, never]) {
        await justBefore()
        return await storage.users[verb](...values)
      },
    }
    const revokeAll = (): Promise<never> => Promise.reject(new Error('lost'))
    const { accounts, sessions } = createInstance({
      storage: { ...storage, users, sessions: { ...storage.sessions, revokeAll } },
    }).kith
    const { tokens } = await accounts.register({ username: 'ana', password })
    const viewer = await sessions.authenticate(tokens.accessToken)
    let late = ''
    justBefore = async () => {
      await sessions.endAll(viewer.userId).catch(() => {})
      late = (await sessions.login({ login: 'ana', password })).tokens.accessToken
      await sessions.authenticate(late)
    }
    await expect(ends[verb](accounts, viewer)).rejects.toThrow('lost')
    for (const token of [tokens.accessToken, late])
      expect(await codeOf(sessions.authenticate(token))).toBe('session-revoked')
  },
)
