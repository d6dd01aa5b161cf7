import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createKith, type Kith, type OutboxHandler } from '@kith/core'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { expect, onTestFinished, test } from 'vitest'

test('rows of the host are deleted with an account, even if the process ended before it received the event', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-durable-events-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const password = 'correct horse'
  const start = (): Kith =>
    createKith({
      secret: 'a secret of at least thirty-two characters',
      storage: createSqliteStorage({ path: join(folder, 'app.db') }),
      passwords: { memoryKiB: 8, iterations: 1 },
      outbox: { events: ['account.deleted'] },
    })
  const database = new DatabaseSync(join(folder, 'shop.db'))
  database.exec('CREATE TABLE orders (user_id TEXT NOT NULL, thing TEXT NOT NULL)')
  const customers = (): unknown[] =>
    database
      .prepare('SELECT DISTINCT user_id FROM orders')
      .all()
      .map((row) => row['user_id'])
  const followDeletions: OutboxHandler = (event) => {
    if (event.name !== 'account.deleted') return
    database.prepare('DELETE FROM orders WHERE user_id = ?').run(event.userId)
  }

  const before = start()
  await before.storage.migrate()
  const ana = await before.accounts.register({ username: 'ana', password })
  const ben = await before.accounts.register({ username: 'ben', password })
  for (const { user } of [ana, ben])
    database.prepare('INSERT INTO orders VALUES (?, ?)').run(user.id, 'a lamp')
  await before.accounts.delete({ userId: ana.user.id, sessionId: ana.session.id }, { password })
  await before.close()
  expect(customers()).toEqual([ana.user.id, ben.user.id])

  const after = start()
  expect(await after.outbox.deliver(followDeletions)).toEqual({ delivered: 1, postponed: 0, more: false })
  expect(customers()).toEqual([ben.user.id])
  expect(await after.outbox.deliver(followDeletions)).toMatchObject({ delivered: 0 })
  await after.close()
  database.close()
})
