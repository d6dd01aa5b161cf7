import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { fromHex } from '../src/ids.ts'
import { createSqliteStorage } from '../src/index.ts'
import { outputOf, startScript } from './child-process.ts'
import { createDirectoryBlobs, keysIn } from './directory-blobs.ts'
import { createSociety } from '../../../test/society.ts'
import { fastFolder } from '../../../test/fast-folder.ts'

const folder = mkdtempSync(join(fastFolder, 'kith-society-kill-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const [path, blobs, temporary] = ['app.db', 'blobs', 'temporary'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
]

const rounds = 16
const hour = 3_600_000

/** Queries that must find no rows after upkeep. */
const orphans = {
  'follow edges without both accounts': `SELECT * FROM kith_edges WHERE kind = 1
    AND (from_id NOT IN (SELECT id FROM kith_users) OR to_id NOT IN (SELECT id FROM kith_users))`,
  'likes and saves without their account or post': `SELECT * FROM kith_edges WHERE kind IN (2, 3)
    AND (from_id NOT IN (SELECT id FROM kith_users) OR to_id NOT IN (SELECT id FROM kith_posts))`,
  'edges hidden or shown unlike their accounts': `SELECT * FROM kith_edges WHERE hidden <>
    EXISTS (SELECT 1 FROM kith_users WHERE id = from_id AND banned_at IS NOT NULL)
      + 2 * EXISTS (SELECT 1 FROM kith_users WHERE id = to_id AND banned_at IS NOT NULL)`,
  'hidden nodes that are not banned': `SELECT * FROM kith_hidden_nodes
    WHERE node NOT IN (SELECT id FROM kith_users WHERE banned_at IS NOT NULL)`,
  'posts that are removed or without their author': `SELECT * FROM kith_posts
    WHERE removed = 1 OR author_id NOT IN (SELECT id FROM kith_users)`,
  'media that nothing uses': `SELECT * FROM kith_media WHERE use IS NULL OR state <> 'ready'
    OR subject NOT IN (SELECT id FROM kith_users UNION SELECT id FROM kith_posts)`,
  'accounts that are deleted': 'SELECT * FROM kith_users WHERE deleted_at IS NOT NULL',
  'sessions without their account': `SELECT * FROM kith_sessions
    WHERE user_id NOT IN (SELECT id FROM kith_users)`,
}

function rowsOf(sql: string): Record<string, unknown>[] {
  const database = new DatabaseSync(path)
  try {
    return database.prepare(sql).all()
  } finally {
    database.close()
  }
}

function idsOfMedia(): string[] {
  return rowsOf('SELECT hex(id) AS id FROM kith_media ORDER BY kith_media.id').map((row) =>
    fromHex(String(row['id'])),
  )
}

test(
  'killed at any moment, counts equal edges, and upkeep leaves no orphans of any kind',
  async () => {
    mkdirSync(temporary)
    let [deeds, counts] = [0, 0]
    for (let round = 0; round < rounds; round++) {
      const child = startScript('society-worker.ts', [path, blobs, temporary])
      const output = outputOf(child)
      const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)))
      await new Promise((resolve) => child.stdout?.once('data', resolve))
      await wait(Math.random() * 400)
      child.kill('SIGKILL')
      expect(await ended, 'the worker went on until it was killed').toBe('SIGKILL')
      deeds += Number((await output).trim().split('\n').at(-1))

      const storage = createSqliteStorage({ path })
      // Later than the retention of all unused uploads.
      let later = 25 * hour
      const { kith } = createSociety({
        storage,
        blobs: createDirectoryBlobs(blobs),
        temporaryDirectory: temporary,
        clock: () => new Date(Date.now() + later),
      })
      const killed = await kith.upkeep.verifyCounts()
      expect(killed.differences).toEqual([])
      // The temporary folders of killed processes are dated by the clock of the machine.
      const hoursAgo = new Date(Date.now() - 2 * hour)
      for (const name of readdirSync(temporary)) utimesSync(join(temporary, name), hoursAgo, hoursAgo)
      await kith.upkeep.run()
      // What a purge has found and removed meanwhile is purged again an hour later, and what that removes after another hour.
      for (let purges = 0; purges < 2; purges++) {
        later += hour
        await kith.upkeep.run()
      }
      const { checked, differences } = await kith.upkeep.verifyCounts()
      expect(differences).toEqual([])
      counts += killed.checked + checked
      await storage.close()

      for (const [name, sql] of Object.entries(orphans)) expect(rowsOf(sql), name).toEqual([])
      expect(keysIn(blobs)).toEqual(idsOfMedia())
      expect(readdirSync(temporary)).toEqual([])
      expect(rowsOf('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    }
    expect(deeds, 'people did much').toBeGreaterThanOrEqual(rounds * 10)
    // How many depends on how many of the last accounts deleted themselves.
    expect(counts, 'and there was something to count').toBeGreaterThan(0)
  },
  rounds * 30_000,
)
