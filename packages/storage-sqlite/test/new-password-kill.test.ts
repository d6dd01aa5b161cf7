import { once } from 'node:events'
import { createKith, type Kith } from '@kith/core'
import { expect, test } from 'vitest'
import { createSqliteStorage } from '../src/index.ts'
import { startScript } from './child-process.ts'
import { useTemporaryFolder } from './temporary-folder.ts'

const freshPath = useTemporaryFolder()

function kithAt(path: string): Kith {
  return createKith({
    secret: 'the secret of a process that is killed',
    storage: createSqliteStorage({ path }),
    passwords: { memoryKiB: 8, iterations: 1 },
  })
}

test('a process that is killed right after it stored a new password leaves no live session', async () => {
  const path = freshPath()
  const before = kithAt(path)
  await before.storage.migrate()
  const { user, tokens } = await before.accounts.register({ username: 'ana', password: 'correct horse' })
  await before.sessions.authenticate(tokens.accessToken)
  await before.storage.close()

  const child = startScript('new-password-worker.ts', [path, 'ana'])
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
  expect(signal).toBe('SIGKILL')

  const after = kithAt(path)
  const rows = await after.storage.sessions.list(user.id, new Date(), { limit: 10, before: null })
  expect(rows.length, 'nothing has ended the rows').toBe(2)
  await expect(after.sessions.authenticate(tokens.accessToken)).rejects.toMatchObject({
    code: 'session-revoked',
  })
  expect((await after.sessions.list(user.id)).items).toEqual([])
  await expect(after.sessions.refresh(tokens.refreshToken)).rejects.toMatchObject({ code: 'session-revoked' })
  await expect(after.sessions.login({ login: 'ana', password: 'correct horse' })).rejects.toMatchObject({
    code: 'invalid-credentials',
  })
  const { tokens: fresh } = await after.sessions.login({ login: 'ana', password: 'battery staple' })
  await after.sessions.authenticate(fresh.accessToken)
  await after.storage.close()
})
