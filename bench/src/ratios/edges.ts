import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createKith, type Kith } from '@kith/core'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { report, sideBySide } from '../side-by-side.ts'

// A follow by username and a like of a post, each new, next to what one would write by hand with the same promises:
// both ends are live, the edge and both counts change in one transaction, the response has the new count, edges are listed
// newest first from both ends, and a commit is as durable (WAL, synchronous = NORMAL).

const people = 2_000
const posts = 2_000
const calls = 100
const rounds = 151

interface Named {
  id: string
  username: string
}

/** Returns a new pair each time. */
function freshPairs(): () => { from: number; to: number } {
  let given = 0
  return () => {
    const [from, step] = [given % people, 1 + Math.floor(given / people)]
    given++
    return { from, to: (from + step * 7) % people }
  }
}

function idOf(kind: number, index: number): string {
  return `01900000-0000-7000-8${String(kind).padStart(3, '0')}-${String(index).padStart(12, '0')}`
}

const everyone: readonly Named[] = Array.from({ length: people }, (_, index) => ({
  id: idOf(1, index),
  username: `person_${index}`,
}))
const postIds: readonly string[] = Array.from({ length: posts }, (_, index) => idOf(2, index))

async function openKith(path: string): Promise<Kith> {
  const storage = createSqliteStorage({ path })
  await storage.migrate()
  const profile = {
    email: null,
    emailVerifiedAt: null,
    phone: null,
    phoneVerifiedAt: null,
    name: '',
    bio: '',
  }
  const account = {
    passwordHash: null,
    bannedAt: null,
    bannedUntil: null,
    banReason: null,
    role: 'member',
    sessionEpoch: 0,
    createdAt: new Date(),
    waitingSince: null,
    invitedBy: null,
    age: null,
    fields: {},
  }
  for (const named of everyone) await storage.users.create({ ...profile, ...account, ...named })
  for (const [index, id] of postIds.entries()) {
    const post = { caption: 'A post', createdAt: new Date(), editedAt: null, fields: {} }
    await storage.posts.create({ id, authorId: everyone[index % people]?.id ?? '', ...post }, [])
  }
  return createKith({
    storage,
    secret: 'the secret of a benchmark of follows and likes',
    // Counted at each call as usual, and never reached.
    limits: { changeByAccount: [{ limit: 1_000_000_000, window: '1h' }] },
  })
}

interface Twin {
  follow(from: string, username: string): { following: boolean; followers: number }
  like(from: string, post: string): { liked: boolean; likes: number }
}

function openTwin(path: string): Twin {
  const database = new DatabaseSync(path)
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768;
    PRAGMA wal_autocheckpoint = 500;
    CREATE TABLE users (id TEXT PRIMARY KEY, username TEXT UNIQUE, banned_at INTEGER, deleted_at INTEGER) STRICT, WITHOUT ROWID;
    CREATE TABLE posts (id TEXT PRIMARY KEY, author_id TEXT NOT NULL, removed INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE edges (kind INTEGER, from_id TEXT, to_id TEXT, id TEXT NOT NULL, hidden INTEGER NOT NULL,
      PRIMARY KEY (kind, from_id, to_id)) STRICT, WITHOUT ROWID;
    CREATE INDEX edges_out ON edges (kind, from_id, hidden, id);
    CREATE INDEX edges_in ON edges (kind, to_id, hidden, id);
    CREATE TABLE counts (kind INTEGER, node TEXT, outgoing INTEGER NOT NULL, incoming INTEGER NOT NULL,
      PRIMARY KEY (kind, node)) STRICT, WITHOUT ROWID;`)
  const [user, post] = [
    database.prepare('INSERT INTO users VALUES (?, ?, NULL, NULL)'),
    database.prepare('INSERT INTO posts VALUES (?, ?, 0)'),
  ]
  for (const { id, username } of everyone) user.run(id, username)
  for (const [index, id] of postIds.entries()) post.run(id, everyone[index % people]?.id ?? '')

  const statements = {
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    rollback: database.prepare('ROLLBACK'),
    byUsername: database.prepare(
      'SELECT id FROM users WHERE username = ? AND deleted_at IS NULL AND banned_at IS NULL',
    ),
    userLives: database.prepare(
      'SELECT 1 FROM users WHERE id = ? AND deleted_at IS NULL AND banned_at IS NULL',
    ),
    postLives: database.prepare(`SELECT 1 FROM posts JOIN users ON users.id = author_id
      WHERE posts.id = ? AND removed = 0 AND deleted_at IS NULL AND banned_at IS NULL`),
    add: database.prepare('INSERT INTO edges VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING'),
    count: database.prepare(`INSERT INTO counts VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
      SET outgoing = outgoing + excluded.outgoing, incoming = incoming + excluded.incoming RETURNING incoming`),
    incoming: database.prepare('SELECT incoming FROM counts WHERE kind = ? AND node = ?'),
  }
  /** A UUIDv7, from the random bytes that Node buffers. */
  function newId(): string {
    const time = Date.now().toString(16).padStart(12, '0')
    return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
  }

  function add(
    kind: number,
    { from, to }: { from: string; to: string },
    lives: (to: string) => unknown,
  ): number {
    statements.begin.run()
    try {
      if (!statements.userLives.get(from) || !lives(to)) throw new Error('gone')
      let row: Record<string, unknown> | undefined
      if (statements.add.run(kind, from, to, newId()).changes === 1) {
        statements.count.get(kind, from, 1, 0)
        row = statements.count.get(kind, to, 0, 1)
      } else row = statements.incoming.get(kind, to)
      statements.commit.run()
      return Number(row?.['incoming'] ?? 0)
    } catch (error) {
      statements.rollback.run()
      throw error
    }
  }

  return {
    follow(from, username) {
      const to = statements.byUsername.get(username)?.['id']
      if (typeof to !== 'string') throw new Error('there is no such account')
      return { following: true, followers: add(1, { from, to }, (id) => statements.userLives.get(id)) }
    },
    like: (from, to) => ({ liked: true, likes: add(2, { from, to }, (id) => statements.postLives.get(id)) }),
  }
}

const folder = mkdtempSync(join(tmpdir(), 'kith-edges-'))
const kith = await openKith(join(folder, 'kith.sqlite'))
const twin = openTwin(join(folder, 'twin.sqlite'))
const viewers = everyone.map(({ id }) => ({ userId: id, sessionId: null }))

function sides(
  ofKith: (viewer: { userId: string; sessionId: string | null }, to: number) => Promise<unknown>,
  ofTwin: (from: string, to: number) => unknown,
) {
  const [next, nextOfTwin] = [freshPairs(), freshPairs()]
  return {
    kith() {
      const { from, to } = next()
      return ofKith(viewers[from] ?? { userId: '', sessionId: null }, to)
    },
    twin() {
      const { from, to } = nextOfTwin()
      return ofTwin(everyone[from]?.id ?? '', to)
    },
    calls,
    rounds,
  }
}

const follows = sides(
  (viewer, to) => kith.follows.add(viewer, everyone[to]?.username ?? ''),
  (from, to) => twin.follow(from, everyone[to]?.username ?? ''),
)
const likes = sides(
  (viewer, to) => kith.likes.add(viewer, postIds[to] ?? ''),
  (from, to) => twin.like(from, postIds[to] ?? ''),
)
report('follow', await sideBySide(follows), 0.75)
report('like', await sideBySide(likes), 0.75)
await kith.close()
rmSync(folder, { recursive: true, force: true })
