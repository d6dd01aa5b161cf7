import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { createLocalBlobs } from '@kith/blob-local'
import { createKith, type Kith } from '@kith/core'
import { createSharpImages } from '@kith/media-sharp'
import { createSqliteStorage } from '@kith/storage-sqlite'
import sharp from 'sharp'
import { expect, onTestFinished, test } from 'vitest'
import { createProject, ended, type Project, secret } from './run-kith.ts'

interface App {
  project: Project
  kith: Kith
  media: string
}

/** Opens the app of a project in this process, like a server would. */
function openApp(project: Project): App {
  const media = join(project.folder, 'media')
  Object.assign(project.env, { KITH_MEDIA_DIRECTORY: media })
  const images = createSharpImages()
  const kith = createKith({
    secret,
    storage: createSqliteStorage({ path: project.database }),
    media: { blobs: createLocalBlobs({ directory: media, images }), images },
    limits: { uploadByAccount: [] },
    logger: { warn() {}, error() {} },
  })
  onTestFinished(() => kith.close())
  return { project, kith, media }
}

async function startApp(): Promise<App> {
  const app = openApp(createProject())
  await app.kith.storage.migrate()
  return app
}

async function picture(color: string): Promise<Buffer> {
  return await sharp({ create: { width: 40, height: 30, channels: 3, background: color } })
    .png()
    .toBuffer()
}

/** Registers an account with posts; returns its refresh token and the URLs of its pictures. */
async function fill(
  { kith }: App,
  username: string,
  posts = 2,
): Promise<{ refreshToken: string; media: string[] }> {
  const { user, session, tokens } = await kith.accounts.register({ username, password: 'correct horse' })
  const viewer = { userId: user.id, sessionId: session.id }
  const media: string[] = []
  for (let index = 0; index < posts; index++) {
    const bytes = await picture(`hsl(${index * 37}, 60%, 50%)`)
    const { id } = await kith.uploads.add(
      viewer,
      (async function* () {
        yield bytes
      })(),
    )
    await kith.posts.create(viewer, { caption: `${username} ${index}`, media: [id] })
    media.push(id)
  }
  return { refreshToken: tokens.refreshToken, media }
}

/** What an operator does after losing the disk. */
async function loseEverything({ project, kith, media }: App): Promise<void> {
  await kith.close()
  for (const end of ['', '-wal', '-shm']) rmSync(project.database + end, { force: true })
  rmSync(media, { recursive: true })
}

test('the drill: the backup is restored, and everyone is signed out', async () => {
  const app = await startApp()
  const ada = await fill(app, 'ada')
  const { project } = app
  const made = await project.kith(['backup', 'saved', '--json'])
  expect([made.code, made.stderr]).toEqual([0, ''])
  expect(made.json()).toMatchObject({
    kith: expect.any(String) as string,
    database: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    media: { mode: 'copied', count: 2, missing: 0 },
  })
  const bob = await fill(app, 'bob')
  await loseEverything(app)

  expect((await project.kith(['restore', 'saved', '--check'])).code).toBe(0)
  const run = await project.kith(['restore', 'saved', '--json'])
  expect([run.code, run.json()]).toMatchObject([
    0,
    { files: 2, sessions: 1, media: { orphanCount: 0, missingCount: 0 } },
  ])
  const again = openApp(project)
  expect(await again.kith.accounts.find('bob')).toBeNull()
  await expect(again.kith.sessions.refresh(ada.refreshToken)).rejects.toMatchObject({ status: 401 })
  await expect(again.kith.sessions.refresh(bob.refreshToken)).rejects.toMatchObject({ status: 401 })
  expect((await again.kith.upkeep.verifyMedia()).media).toBe(2)
  // The folder has the marker of this database, so uploads continue.
  await fill(again, 'eve', 1)
  expect((await project.kith(['info'])).code).toBe(0)
})

test('a backup shows a single moment, while others write', async () => {
  const app = await startApp()
  await fill(app, 'ada', 1)
  let writing = true
  let posts = 1
  const writer = (async () => {
    const { user, session } = await app.kith.accounts.register({ username: 'bob', password: 'correct horse' })
    while (writing && posts < 150) {
      const bytes = await picture('red')
      const viewer = { userId: user.id, sessionId: session.id }
      const { id } = await app.kith.uploads.add(
        viewer,
        (async function* () {
          yield bytes
        })(),
      )
      await app.kith.posts.create(viewer, { caption: 'more', media: [id] })
      posts++
    }
  })()
  const made = await app.project.kith(['backup', 'saved'])
  writing = false
  await writer
  expect(made.code).toBe(0)
  await loseEverything(app)
  const run = await app.project.kith(['restore', 'saved', '--json'])
  // A picture that arrived after the database was copied is in neither the rows nor the files of the backup.
  expect([run.code, run.json()]).toMatchObject([0, { media: { missingCount: 0, orphanCount: 0 } }])
  expect((await app.project.kith(['verify', 'counts'])).code).toBe(0)
})

test('a process that is killed during a backup leaves nothing that looks like one', async () => {
  const app = await startApp()
  await fill(app, 'ada', 30)
  const { project } = app
  const saved = join(project.folder, 'saved')
  const list = join(saved, 'media.jsonl.partial')
  const child = project.start(['backup', 'saved'])
  const run = ended(child)
  await expect.poll(() => existsSync(list), { timeout: 60_000, interval: 1 }).toBe(true)
  child.kill('SIGKILL')
  expect((await run).code).toBeNull()
  expect(existsSync(join(saved, 'manifest.json'))).toBe(false)
  const restored = await project.kith(['restore', 'saved'], {
    env: { KITH_SQLITE: join(project.folder, 'new.db') },
  })
  expect([restored.code, restored.stderr]).toEqual([2, expect.stringContaining('interrupted')])
  const again = await project.kith(['backup', 'saved'])
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('interrupted')])
  expect((await project.kith(['backup', 'other'])).code).toBe(0)
})

test('a process that is killed during a restore leaves no database, and the next restore is complete', async () => {
  const app = await startApp()
  await fill(app, 'ada', 30)
  const { project, media } = app
  await project.kith(['backup', 'saved'])
  await loseEverything(app)
  const child = project.start(['restore', 'saved'])
  const run = ended(child)
  await expect
    .poll(() => existsSync(media) && readdirSync(media).some((name) => !name.startsWith('.')), {
      timeout: 60_000,
      interval: 1,
    })
    .toBe(true)
  child.kill('SIGKILL')
  expect((await run).code).toBeNull()
  expect(existsSync(project.database)).toBe(false)
  const again = await project.kith(['restore', 'saved', '--json'])
  expect([again.code, again.json()]).toMatchObject([
    0,
    { files: 30, media: { missingCount: 0, orphanCount: 0 } },
  ])
  expect(readdirSync(project.folder).filter((name) => name.includes('restoring'))).toEqual([])
})

test('a restore overwrites neither a database nor the media of another', async () => {
  const app = await startApp()
  await fill(app, 'ada', 1)
  const { project, media } = app
  await project.kith(['backup', 'saved'])
  const over = await project.kith(['restore', 'saved'])
  expect([over.code, over.stderr]).toEqual([2, expect.stringContaining('exists')])
  await app.kith.close()
  // Only the database was lost: its media is still there, and is recognized by its marker.
  cpSync(project.database, join(project.folder, 'kept.db'))
  rmSync(project.database)
  rmSync(`${project.database}-wal`, { force: true })
  rmSync(`${project.database}-shm`, { force: true })
  expect((await project.kith(['restore', 'saved'])).code).toBe(0)

  rmSync(project.database)
  rmSync(media, { recursive: true })
  mkdirSync(join(media, 'ab'), { recursive: true })
  const other = await startApp()
  await fill(other, 'eve', 1)
  await other.kith.close()
  rmSync(media, { recursive: true })
  cpSync(other.media, media, { recursive: true })
  const foreign = await project.kith(['restore', 'saved'])
  expect([foreign.code, foreign.stderr]).toEqual([
    1,
    expect.stringContaining('does not belong to the database'),
  ])
  expect(existsSync(project.database)).toBe(false)
})

test('a backup that was changed afterwards is refused, whichever part changed', async () => {
  const app = await startApp()
  await fill(app, 'ada', 1)
  const { project } = app
  await project.kith(['backup', 'saved'])
  await loseEverything(app)
  const saved = join(project.folder, 'saved')
  const files = readdirSync(saved, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'manifest.json')
    .map((entry) => join(entry.parentPath, entry.name))
  expect(files).toHaveLength(3)
  for (const file of files) {
    const whole = readFileSync(file)
    const changed = Buffer.from(whole)
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1
    writeFileSync(file, changed)
    for (const args of [
      ['restore', 'saved', '--check'],
      ['restore', 'saved'],
    ]) {
      const run = await project.kith(args)
      expect([run.code, run.stderr], file).toEqual([1, expect.stringContaining('does not match the backup')])
    }
    truncateSync(file, 0)
    expect((await project.kith(['restore', 'saved', '--check'])).code).toBe(1)
    writeFileSync(file, whole)
    expect(existsSync(project.database)).toBe(false)
  }
  expect((await project.kith(['restore', 'saved'])).code).toBe(0)
})

test('lost media and unknown files are reported; the files are removed on request', async () => {
  const app = await startApp()
  const { media } = await fill(app, 'ada', 2)
  const { project, kith } = app
  expect((await project.kith(['verify', 'media'])).code).toBe(0)
  await kith.config.media.blobs?.remove(media[0] ?? '')
  const lost = await project.kith(['verify', 'media', '--json'])
  expect([lost.code, lost.json()]).toMatchObject([
    1,
    { missingCount: 1, missing: [{ id: media[0], attachment: { use: 'post' } }] },
  ])
  const asked = await project.kith(['verify', 'media', '--remove'])
  expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('--yes')])
})

test('sessions of an account are listed and ended; an admin is created without a password on the command line', async () => {
  const app = await startApp()
  const { refreshToken } = await fill(app, 'ada', 0)
  const { project, kith } = app
  const found = (await project.kith(['sessions', 'ada', '--json'])).json<{ sessions: { id: string }[] }>()
  expect(found.sessions).toHaveLength(1)
  expect((await project.kith(['sessions', 'ada'])).stdout).toContain(found.sessions[0]?.id)
  const unclear = await project.kith(['sessions', 'end', 'ada', '--yes'])
  expect([unclear.code, unclear.stderr]).toEqual([2, expect.stringContaining('--all')])
  const unknown = await project.kith([
    'sessions',
    'end',
    'ada',
    '01a223fa-f2a5-7164-b02f-60ac79e35d01',
    '--yes',
    '--json',
  ])
  expect([unknown.code, unknown.json()]).toMatchObject([1, { error: { code: 'session-not-found' } }])
  expect((await project.kith(['sessions', 'end', 'ada', found.sessions[0]?.id ?? '', '--yes'])).code).toBe(0)
  await expect(kith.sessions.refresh(refreshToken)).rejects.toMatchObject({ status: 401 })
  await kith.sessions.login({ login: 'ada', password: 'correct horse' })
  expect((await project.kith(['sessions', 'end', 'ada', '--all', '--yes'])).code).toBe(0)
  expect((await project.kith(['sessions', 'ada'])).stdout).toContain('has no live session')

  const admin = await project.kith(['create-admin', '--username', 'grace', '--password-stdin', '--json'], {
    input: 'correct battery staple\n',
  })
  expect([admin.code, admin.json()]).toMatchObject([0, { role: 'admin' }])
  const { user } = await kith.sessions.login({ login: 'grace', password: 'correct battery staple' })
  expect(user.role).toBe('admin')
  const taken = await project.kith(['create-admin', '--username', 'ada', '--password-stdin'], {
    input: 'correct battery staple',
  })
  expect([taken.code, taken.stderr]).toEqual([1, expect.stringContaining('--existing')])
  expect(
    (await project.kith(['create-admin', '--username', 'ada', '--existing', '--role', 'moderator'])).code,
  ).toBe(0)
  const silent = await project.kith(['create-admin', '--username', 'eve'])
  expect([silent.code, silent.stderr]).toEqual([2, expect.stringContaining('--password-stdin')])
})

test('`restored` ends all sessions of a database that was restored by other means', async () => {
  const app = await startApp()
  const { refreshToken } = await fill(app, 'ada', 0)
  expect((await app.project.kith(['restored'])).code).toBe(2)
  expect((await app.project.kith(['restored', '--yes', '--json'])).json()).toEqual({ sessions: 1 })
  await expect(app.kith.sessions.refresh(refreshToken)).rejects.toMatchObject({ status: 401 })
})

test('a migration is planned first, and then carried out', async () => {
  const project = createProject()
  const plan = await project.kith(['migrate', '--plan', '--json'])
  expect(plan.json<{ plan: unknown[] }>().plan.length).toBeGreaterThan(0)
  expect((await project.kith(['info'])).code).toBe(1)
  expect((await project.kith(['migrate'])).stdout).toMatch(/^Done: schema 9/)
  expect((await project.kith(['migrate', '--plan'])).stdout).toBe('The schema is up to date.\n')
})
