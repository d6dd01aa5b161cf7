import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { toStored } from '../src/ids.ts'
import { createSqliteStorage } from '../src/index.ts'
import { outputOf, startScript } from './child-process.ts'
import { expectedAfter, type Life, sessionIdOf, userIdOf } from './journal.ts'
import { useTemporaryFolder } from './temporary-folder.ts'

const freshPath = useTemporaryFolder()

const rounds = 8

test(
  'after kill -9 at any moment, everything acknowledged is stored, and nothing is half stored',
  async () => {
    const path = freshPath()
    const acknowledged = new Map<number, number>()
    for (let round = 0; round < rounds; round++) {
      const first = acknowledged.size
      const child = startScript('life-worker.ts', [path, String(first)])
      const output = outputOf(child)
      await new Promise((resolve) => child.stdout?.once('data', resolve))
      await wait(Math.random() * 150)
      child.kill('SIGKILL')

      const lines = (await output).trim().split('\n')
      for (const line of lines) {
        const [life = 0, step = 0] = line.split(' ').map(Number)
        acknowledged.set(life, step)
      }
      const last = acknowledged.size - 1
      expect(last, 'the worker got somewhere').toBeGreaterThanOrEqual(first)
      expect(integrityOf(path)).toBe('ok')

      const storage = createSqliteStorage({ path })
      const read = async (life: number): Promise<Life> => ({
        user: await storage.users.byId(userIdOf(life)),
        session: await storage.sessions.byId(sessionIdOf(life)),
      })
      for (const [life, steps] of acknowledged) {
        if (life !== last) expect(await read(life)).toEqual(expectedAfter(life, steps))
      }
      // The step that was running when the process died was carried out completely or not at all.
      const steps = acknowledged.get(last) ?? 0
      expect([expectedAfter(last, steps), expectedAfter(last, steps + 1)]).toContainEqual(await read(last))
      expect([expectedAfter(last + 1, 0), expectedAfter(last + 1, 1)]).toContainEqual(await read(last + 1))

      await storage.close()
      forget(path, [last, last + 1])
      acknowledged.delete(last)
    }
  },
  rounds * 30_000,
)

/** Removes the life of the killed step, so that the next worker starts that life again. */
function forget(path: string, lives: number[]): void {
  const database = new DatabaseSync(path)
  for (const life of lives) {
    database.prepare('DELETE FROM kith_users WHERE id = ?').run(toStored(userIdOf(life)))
    database.prepare('DELETE FROM kith_sessions WHERE id = ?').run(toStored(sessionIdOf(life)))
  }
  database.close()
}

function integrityOf(path: string): unknown {
  const database = new DatabaseSync(path)
  const row = database.prepare('PRAGMA integrity_check').get()
  database.close()
  return row?.['integrity_check']
}
