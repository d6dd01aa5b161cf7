import { createKith } from '@kith/core'
import { createSqliteStorage } from '../src/index.ts'

// Stores a new password for the account with the given name, and is killed at that moment.
const [path = '', username = ''] = process.argv.slice(2)
const storage = createSqliteStorage({ path })
const users = {
  ...storage.users,
  async replacePassword(...change: Parameters<typeof storage.users.replacePassword>): Promise<never> {
    await storage.users.replacePassword(...change)
    process.kill(process.pid, 'SIGKILL')
    return await new Promise(() => {})
  },
}
const kith = createKith({
  secret: 'the secret of a process that is killed',
  storage: { ...storage, users },
  passwords: { memoryKiB: 8, iterations: 1 },
})
const { user, session } = await kith.sessions.login({ login: username, password: 'correct horse' })
await kith.accounts.changePassword(
  { userId: user.id, sessionId: session.id },
  { currentPassword: 'correct horse', newPassword: 'battery staple' },
)
