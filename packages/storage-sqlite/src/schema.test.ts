import { DatabaseSync } from 'node:sqlite'
import type { KithError } from '@kith/core'
import { expect, test } from 'vitest'
import { sampleCredential } from '../../../test/kit-samples.ts'
import {
  sampleEdge,
  sampleMeasures,
  sampleMedia,
  samplePost,
  sampleSession,
  sampleUser,
} from '../test/samples.ts'
import { useTemporaryFolder } from '../test/temporary-folder.ts'
import { textIdVersions } from '../test/version-7.ts'
import { createSqliteStorage } from './index.ts'
import { toStored } from './ids.ts'
import { migrations, newestVersion, oldestVersion } from './schema.ts'

const freshPath = useTemporaryFolder()
const everyVersion = Array.from({ length: newestVersion }, (_, index) => index + 1)

const [u1, u2, u3, u4, s1, s2, p1, p2, p3, m1, m2] = Array.from(
  { length: 11 },
  (_, index) => `01890000-0000-7000-8000-0000000000${(index + 160).toString(16)}`,
) as [string, string, string, string, string, string, string, string, string, string, string]

/** A file as the release with schema version 1 left it, with the SQL of that release. */
function writeVersion1(path: string): void {
  const database = new DatabaseSync(path)
  database.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE kith_schema (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;
    ${textIdVersions[0]?.statements ?? ''}
    INSERT INTO kith_schema VALUES (1, 1700000000000);
    INSERT INTO kith_users VALUES ('${u1}', 'ada', 'ada@example.com', 5, NULL, NULL, 'Ada', 'Engine', 'hash', NULL, 7, NULL);
    INSERT INTO kith_users VALUES ('${u2}', NULL, NULL, NULL, NULL, NULL, '', '', NULL, NULL, 8, 9);
    INSERT INTO kith_sessions VALUES ('${s1}', '${u1}', 3, 10, 20, 30, NULL, 'Laptop', NULL, NULL);
    INSERT INTO kith_sessions VALUES ('${s2}', '${u1}', 0, 10, 10, 90, 25, NULL, NULL, NULL);`)
  database.close()
}

function versionsOf(path: string, ...tables: string[]): unknown[] {
  const names = tables.length > 0 ? tables : ['kith_schema', 'kith_schema_steps']
  const selects = names.map((name) => `SELECT version FROM ${name}`)
  const database = new DatabaseSync(path)
  const rows = database.prepare(`${selects.join(' UNION ')} ORDER BY version`).all()
  database.close()
  return rows.map((row) => row['version'])
}

/** Migrates such a file to version 7, as the releases up to that one did. */
function bringToVersion7(path: string): void {
  const done = versionsOf(path, 'kith_schema').length
  const database = new DatabaseSync(path)
  database.exec(`CREATE TABLE kith_schema_steps (version INTEGER NOT NULL, name TEXT NOT NULL, applied_at INTEGER NOT NULL,
      PRIMARY KEY (version, name)) STRICT, WITHOUT ROWID;
    INSERT INTO kith_schema_steps VALUES (7, '', 0)`)
  for (const { version, statements, contracts } of textIdVersions.slice(done)) {
    database.exec(statements)
    if (contracts) database.exec(`INSERT INTO kith_schema VALUES (${version}, 0)`)
  }
  database.close()
}

test('migrations are numbered without gaps, from the one after the oldest version', () => {
  expect(migrations.map(({ version }) => version)).toEqual(everyVersion.slice(oldestVersion))
})

test.each([
  [1, writeVersion1],
  [2, writeVersion2],
  [3, writeVersion3],
])('a file of version %i is too old: it is refused and left unchanged', async (version, writeFile) => {
  const path = freshPath()
  writeFile(path)
  const storage = createSqliteStorage({ path })
  for (const call of [storage.plan(), storage.migrate(), storage.check()])
    await expect(call).rejects.toMatchObject({
      code: 'storage-failed',
      detail: `The schema has version ${version}, and this release upgrades version 7 and later: migrate with an earlier release first.`,
    })
  expect(versionsOf(path, 'kith_schema')).toHaveLength(version)
  await storage.close()
})

test('a file that began with version 1 is migrated with all of its data', async () => {
  const path = freshPath()
  writeVersion1(path)
  bringToVersion7(path)
  const storage = createSqliteStorage({ path })
  await storage.migrate()
  expect(versionsOf(path)).toEqual(everyVersion)

  const user = await storage.users.byLogin({ username: 'ada' })
  expect(user).toMatchObject({
    id: u1,
    emailVerifiedAt: new Date(5),
    passwordHash: 'hash',
    role: 'member',
    sessionEpoch: 0,
    createdAt: new Date(7),
  })
  expect(await storage.users.toPurge(10)).toEqual([u2])
  expect(await storage.sessions.byId(s1)).toMatchObject({
    epoch: 0,
    generation: 3,
    expiresAt: new Date(30),
    revokedAt: null,
    provedAt: new Date(10),
    methods: ['pwd'],
  })
  // The additions of version 2 exist for old rows too.
  expect(await storage.sessions.purgeEnded(new Date(24), 10)).toBe(0)
  expect(await storage.sessions.purgeEnded(new Date(25), 10)).toBe(1)
  expect(await storage.sessions.purgeEnded(new Date(30), 10)).toBe(1)
  await storage.close()
})

/** The same one version later, with a banned account, and one that is banned and deleted. */
function writeVersion2(path: string): void {
  writeVersion1(path)
  const database = new DatabaseSync(path)
  database.exec(`
    ${textIdVersions[1]?.statements ?? ''}
    INSERT INTO kith_schema VALUES (2, 1700000000001);
    INSERT INTO kith_users VALUES ('${u3}', 'eve', NULL, NULL, NULL, NULL, 'Eve', '', 'hash', 11, 10, NULL);
    INSERT INTO kith_users VALUES ('${u4}', NULL, NULL, NULL, NULL, NULL, '', '', NULL, 11, 10, 12);`)
  database.close()
}

test('a file that began with version 2 is migrated, and its accounts can use the social features', async () => {
  const path = freshPath()
  writeVersion2(path)
  bringToVersion7(path)
  const storage = createSqliteStorage({ path })
  await storage.migrate()
  expect(versionsOf(path)).toEqual(everyVersion)

  expect((await storage.users.byIds([u1, u2, u3, u4])).map((user) => user.id)).toEqual([u1, u3])
  expect(await storage.users.bannedIds({ limit: 9, before: null })).toEqual([u3])
  expect(await storage.users.toPurge(9)).toEqual([u2, u4])
  expect(await storage.sessions.list(u1, new Date(24), { limit: 9, before: null })).toHaveLength(1)
  const [own, banned] = [samplePost({ authorId: u1 }), samplePost({ authorId: u3 })]
  await storage.users.update(u3, { bannedAt: null })
  for (const post of [own, banned]) await storage.posts.create(post, [])
  await storage.edges.add(sampleEdge({ from: u1, to: u3 }))
  expect(await storage.feed.home(u1, { limit: 9, before: null })).toEqual([banned, own])
  await storage.users.update(u3, { bannedAt: new Date(13) })
  expect(await storage.feed.home(u1, { limit: 9, before: null })).toEqual([own])
  await storage.close()
})

/** The same another version later, with posts, some of them removed. */
function writeVersion3(path: string): void {
  writeVersion2(path)
  const database = new DatabaseSync(path)
  database.exec(`
    ${textIdVersions[2]?.statements ?? ''}
    INSERT INTO kith_schema VALUES (3, 1700000000002);
    INSERT INTO kith_posts VALUES ('${p1}', '${u1}', 'Engine', 10, NULL, 0);
    INSERT INTO kith_posts VALUES ('${p2}', '${u1}', '', 11, NULL, 1);
    INSERT INTO kith_posts VALUES ('${p3}', '${u4}', '', 12, NULL, 1);
    INSERT INTO kith_post_counts VALUES ('${u1}', 1);
    INSERT INTO kith_media VALUES ('${m1}', '${u1}', 'image', 'image/webp', 10, 'ready', NULL, 'post', '${p1}', 0, 'x');
    INSERT INTO kith_media VALUES ('${m2}', '${u1}', 'image', 'image/webp', 11, 'released', NULL, NULL, NULL, NULL, NULL);`)
  database.close()
}

test('a file that began with version 3 is migrated, and earlier removals are purged like any others', async () => {
  const path = freshPath()
  writeVersion3(path)
  bringToVersion7(path)
  const storage = createSqliteStorage({ path })
  await storage.migrate()
  expect(versionsOf(path)).toEqual(everyVersion)

  const { users, posts, media } = storage
  const gone = { users: [u2, u4], posts: [p2, p3] } as const
  for (const name of ['users', 'posts'] as const) {
    const store = { users, posts }[name]
    expect(await store.toPurge(9)).toEqual(gone[name])
    for (const id of gone[name]) await store.purge(id)
    expect(await store.toPurge(9)).toEqual([])
  }
  expect((await users.byIds([u1, u2, u3, u4])).map((user) => user.id)).toEqual([u1, u3])
  expect(await posts.byAuthor(u1, { limit: 9, before: null })).toMatchObject([{ id: p1, caption: 'Engine' }])
  expect(await posts.counts([u1])).toEqual([1])
  expect(await media.byOwner(u1, { limit: 9, before: null })).toMatchObject([{ id: m1 }])
  await posts.remove(p1)
  await users.markDeleted(u1, new Date(20))
  expect(await posts.toPurge(9)).toEqual([p1])
  expect(await users.toPurge(9)).toEqual([u1])
  await storage.close()
})

test('a migration that fails halfway leaves the previous version', async () => {
  const path = freshPath()
  writeVersion1(path)
  bringToVersion7(path)
  const database = new DatabaseSync(path)
  // Blocks the last table that version 8 creates.
  database.exec('CREATE TABLE kith_new_media (id TEXT)')
  await expect(createSqliteStorage({ database }).migrate()).rejects.toMatchObject({ code: 'storage-failed' })
  expect(versionsOf(path)).toEqual(everyVersion.slice(0, oldestVersion))
  database.exec('DROP TABLE kith_new_media')
  await createSqliteStorage({ database }).migrate()
  expect(versionsOf(path)).toEqual(everyVersion)
  database.close()
})

test('a file of a newer version is refused and left unchanged', async () => {
  const path = freshPath()
  const storage = createSqliteStorage({ path })
  await storage.migrate()
  await storage.close()
  const database = new DatabaseSync(path)
  database.prepare('INSERT INTO kith_schema VALUES (?, 0)').run(newestVersion + 1)
  const error: KithError = await createSqliteStorage({ database })
    .migrate()
    .catch((reason: KithError) => reason)
    .then((reason) => reason as KithError)
  expect(error.code).toBe('storage-unavailable')
  expect(error.detail).toContain('update the package')
  expect(versionsOf(path).at(-1)).toBe(newestVersion + 1)
  database.close()
})

test('tables and the user_version of the app stay unchanged', async () => {
  const database = new DatabaseSync(freshPath())
  database.exec("PRAGMA user_version = 7; CREATE TABLE users (name TEXT); INSERT INTO users VALUES ('mine')")
  const storage = createSqliteStorage({ database })
  await storage.migrate()
  await storage.users.create(sampleUser())
  await storage.sessions.open(sampleSession(), 1_000)
  await storage.close()
  expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 7 })
  expect(database.prepare('SELECT name FROM users').all()).toEqual([{ name: 'mine' }])
  database.close()
})

test('a removed post and its media keep no text', async () => {
  const database = new DatabaseSync(freshPath())
  const storage = createSqliteStorage({ database })
  await storage.migrate()
  const author = sampleUser()
  await storage.users.create(author)
  const post = samplePost({ authorId: author.id, caption: 'secret', fields: { place: 'secret' } })
  const upload = sampleMedia({ ownerId: author.id })
  await storage.media.reserve(upload)
  await storage.media.ready(upload.id, sampleMeasures)
  await storage.posts.create(post, [{ id: upload.id, alt: 'secret' }])
  await storage.posts.edit(post.id, { caption: 'still secret', editedAt: new Date(9) })
  await storage.posts.remove(post.id)
  expect(database.prepare('SELECT caption, edited_at, removed, fields FROM kith_posts').get()).toEqual({
    caption: '',
    edited_at: null,
    removed: 1,
    fields: null,
  })
  expect(database.prepare('SELECT state, use, subject, alt FROM kith_media').get()).toEqual({
    state: 'released',
    use: null,
    subject: null,
    alt: null,
  })
  await storage.posts.purge(post.id)
  await storage.media.forget(upload.id)
  for (const table of ['kith_posts', 'kith_post_counts', 'kith_media']) {
    expect(database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()).toEqual({ rows: 0 })
  }
  database.close()
})

test('a deleted account leaves no personal data in its row', async () => {
  const database = new DatabaseSync(freshPath())
  const storage = createSqliteStorage({ database })
  await storage.migrate()
  const user = sampleUser({
    phone: '+4930123456',
    phoneVerifiedAt: new Date(),
    bio: 'secret',
    role: 'mayor',
    fields: { 'own.diary': 'secret' },
    banReason: 'secret',
    bannedUntil: new Date(),
    waitingSince: new Date(),
    invitedBy: sampleUser().id,
    age: { from: 13, to: 15, source: 'secret', at: new Date() },
  })
  await storage.users.create(user)
  await storage.credentials.add(sampleCredential({ userId: user.id }), 1)
  await storage.users.markDeleted(user.id, new Date(9))
  expect(database.prepare('SELECT count(*) AS rows FROM kith_credentials').get()).toEqual({ rows: 0 })
  expect(database.prepare('SELECT * FROM kith_users').get()).toEqual({
    id: toStored(user.id),
    username: null,
    email: null,
    email_verified_at: null,
    phone: null,
    phone_verified_at: null,
    name: '',
    bio: '',
    password_hash: null,
    banned_at: null,
    banned_until: null,
    ban_reason: null,
    created_at: user.createdAt.getTime(),
    deleted_at: 9,
    role: 'member',
    session_epoch: 0,
    fields: null,
    waiting_since: null,
    invited_by: null,
    age: null,
  })
  await storage.users.purge(user.id)
  expect(database.prepare('SELECT count(*) AS rows FROM kith_users').get()).toEqual({ rows: 0 })
  database.close()
})
