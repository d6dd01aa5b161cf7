import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type * as Core from '@kith/core'
import type * as Sqlite from '@kith/storage-sqlite'
import { report, type Side, sideBySide } from '../side-by-side.ts'
import { createTwinTokens, lives, type Step } from '../token-twin.ts'

/**
 * Refreshing next to a loop written by hand with jose and `node:sqlite`: it verifies the refresh token, rotates the row by
 * compare-and-set and signs both tokens, on a file with the same durability. Kith also counts the attempt, reads the account and implements
 * the grace. Another checkout can be passed, to measure it with the same twin: `ratio refresh /path/to/kith`.
 */
const [root = resolve(fileURLToPath(new URL('../../..', import.meta.url)))] = process.argv.slice(3)
const load = (path: string): Promise<unknown> => import(pathToFileURL(join(root, 'packages', path)).href)
const { createKith } = (await load('core/src/index.ts')) as typeof Core
const { createSqliteStorage } = (await load('storage-sqlite/src/index.ts')) as typeof Sqlite

/** Each session refreshes less often than its limit of 60 a minute allows. */
const sessions = 2_000
const client = {
  address: '192.0.2.1',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0',
}
const folder = mkdtempSync(join(tmpdir(), 'kith-refresh-'))

async function kithSide(): Promise<Side> {
  const storage = createSqliteStorage({ path: join(folder, 'kith.db') })
  await storage.migrate()
  const kith = createKith({
    secret: 'uBq3kV8wLx1nZr5tYc7mPd2fGh9jKs4a',
    storage,
    passwords: { memoryKiB: 8, iterations: 1 },
    limits: { refreshByAddress: [] },
  })
  const tokens: string[] = []
  for (let index = 0; index < sessions; index += 1) {
    const input = { username: `person${index}`, password: 'a rather strange phrase 77' }
    tokens.push((await kith.accounts.register(input)).tokens.refreshToken)
  }
  let next = 0
  return async () => {
    const index = next++ % sessions
    const refreshed = await kith.sessions.refresh(tokens[index] ?? '', client)
    tokens[index] = refreshed.tokens.refreshToken
  }
}

/** What a careful author would write: statements prepared once, one write for a rotation. */
async function twinSide(): Promise<Side> {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const database = new DatabaseSync(join(folder, 'twin.db'))
  database.exec(`PRAGMA synchronous = NORMAL; PRAGMA journal_mode = WAL; PRAGMA cache_size = -32768;
    PRAGMA wal_autocheckpoint = 500;
    CREATE TABLE sessions (id TEXT PRIMARY KEY, user_id TEXT NOT NULL, generation INTEGER NOT NULL, created_at INTEGER NOT NULL,
      rotated_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, revoked_at INTEGER, address TEXT, user_agent TEXT) STRICT, WITHOUT ROWID;
    CREATE INDEX sessions_by_user ON sessions (user_id, id) WHERE revoked_at IS NULL;
    CREATE INDEX sessions_by_end ON sessions (expires_at)`)
  const insert = database.prepare('INSERT INTO sessions VALUES (?, ?, 0, ?, ?, ?, NULL, ?, ?)')
  const step =
    database.prepare(`UPDATE sessions SET generation = generation + 1, rotated_at = ?, expires_at = ?, address = ?,
    user_agent = ? WHERE id = ? AND generation = ? AND revoked_at IS NULL AND expires_at > ? RETURNING user_id`)
  const twin = createTwinTokens()
  const stepped: Step = async ({ sid, gen, now }) => {
    const row = step.get(now, now + lives.refresh * 1000, client.address, client.userAgent, sid, gen, now)
    return row ? String(row['user_id']) : null
  }

  const tokens: string[] = []
  for (let index = 0; index < sessions; index += 1) {
    const [sid, now] = [randomUUID(), Date.now()]
    insert.run(sid, randomUUID(), now, now, now + lives.refresh * 1000, client.address, client.userAgent)
    tokens.push(await twin.first(sid))
  }
  let next = 0
  return async () => {
    const index = next++ % sessions
    tokens[index] = (await twin.refresh(tokens[index] ?? '', stepped)).refreshToken
  }
}

const comparison = { kith: await kithSide(), twin: await twinSide(), calls: 50, rounds: 400 }
report(`refresh on SQLite (${root})`, await sideBySide(comparison), 0.7)
rmSync(folder, { recursive: true })
