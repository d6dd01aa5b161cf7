import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Viewer } from '@kith/core'
import { createKithHttp } from '@kith/http'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type App, forgetMark, type Place, picture, signUp, start } from './media-place/app.ts'
import { mountSmallDisk } from './small-disk.ts'

const markName = '.kith-media'
const gone = { code: 'storage-failed' }

/** The locations of one app, which do not exist yet. */
function makePlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'kith-place-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return { path: join(folder, 'app.db'), directory: join(folder, 'media') }
}

/** An app with an account and a post with a picture, as an ended process left it. */
async function settled(place: Place): Promise<{ viewer: Viewer; post: string; upload: string }> {
  const app = await start(place)
  const viewer = await signUp(app, 'ana')
  const upload = await app.upload(viewer)
  const post = await app.kith.posts.create(viewer, { media: [{ id: upload, alt: '' }] })
  await app.close()
  return { viewer, post: post.id, upload }
}

/** The files of a folder, without the marker. */
function filesIn(directory: string): string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile() && entry.name !== markName).map(({ name }) => name)
}

async function started(place: Place): Promise<App> {
  const app = await start(place)
  onTestFinished(() => app.close())
  return app
}

async function isThere({ options }: App, id: string): Promise<boolean> {
  const blobs = options.media?.blobs
  return blobs?.kind === 'served' && (await blobs.read(id, null, () => null)) !== null
}

/** Advances one second, after which the folder is checked again. */
function inASecond(): void {
  vi.advanceTimersByTime(1_001)
}

function fakeTime(): void {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
}

test('the first upload creates the folder and its marker, once, and other processes find them', async () => {
  const place = makePlace()
  const { viewer } = await settled(place)
  const mark = readFileSync(join(place.directory, markName), 'utf8')
  const app = await started(place)
  await app.upload(viewer)
  expect(readFileSync(join(place.directory, markName), 'utf8')).toBe(mark)
  expect(await app.kith.storage.facts.get('media.mark')).toBe(mark.trim())
  expect(app.logged).toEqual([])
})

describe.each(['empty', 'missing'])('a folder that is %s although the database has media', (state) => {
  function takeAway({ directory }: Place): () => void {
    renameSync(directory, `${directory}-away`)
    if (state === 'empty') mkdirSync(directory)
    return () => {
      if (state === 'empty') rmSync(directory, { recursive: true })
      renameSync(`${directory}-away`, directory)
    }
  }

  test('accepts and removes nothing, is reported once, and never gets a marker; deleted media is removed once it is back', async () => {
    fakeTime()
    const place = makePlace()
    const { viewer, post, upload } = await settled(place)
    const bringBack = takeAway(place)
    const app = await started(place)
    for (const _time of [1, 2, 3]) {
      await expect(app.upload(viewer)).rejects.toMatchObject(gone)
      inASecond()
    }
    await app.kith.posts.remove(viewer, post)
    expect((await app.kith.upkeep.run()).media).toBe(0)
    expect(await app.kith.storage.media.byIds([upload])).toMatchObject([{ state: 'released' }])
    const errors = app.logged.filter((line) => line.includes('media.place-wrong'))
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatch(/is the disk mounted.*kith\.upkeep\.adoptMedia\(\)/)
    expect(existsSync(place.directory)).toBe(state === 'empty')
    if (state === 'empty') expect(readdirSync(place.directory)).toEqual([])

    bringBack()
    inASecond()
    expect(await isThere(app, upload)).toBe(true)
    expect(await app.kith.upkeep.run()).toMatchObject({ media: 1, failed: [] })
    expect(await isThere(app, upload)).toBe(false)
    expect(await app.kith.storage.media.byIds([upload])).toEqual([])
    await app.upload(viewer)
    expect(app.logged.filter((line) => line.includes('media.place-back'))).toHaveLength(1)
  })

  test('is detected by a running process before its next check, and nothing is written into it', async () => {
    fakeTime()
    const place = makePlace()
    const { viewer, post, upload } = await settled(place)
    const app = await started(place)
    await app.upload(viewer)
    const bringBack = takeAway(place)
    // In the same moment, without another check: the store itself refuses.
    await expect(app.upload(viewer)).rejects.toMatchObject(gone)
    await app.kith.posts.remove(viewer, post)
    expect(await app.kith.storage.media.byIds([upload])).toMatchObject([{ state: 'released' }])
    if (state === 'empty') expect(readdirSync(place.directory)).toEqual([])
    expect(existsSync(place.directory)).toBe(state === 'empty')
    bringBack()
    inASecond()
    expect(await app.kith.upkeep.run()).toMatchObject({ media: 1 })
    expect(await isThere(app, upload)).toBe(false)
  })

  test('makes the verification of media fail as well, without removing anything', async () => {
    const place = makePlace()
    await settled(place)
    takeAway(place)
    const app = await started(place)
    await expect(app.kith.upkeep.verifyMedia({ remove: true })).rejects.toMatchObject(gone)
  })
})

test('a disk that is actually unmounted is detected, and used again once it is mounted', async (context) => {
  fakeTime()
  const { directory: disk } = mountSmallDisk(context, 'size=4m')
  const mountedElsewhere = mkdtempSync(join(tmpdir(), 'kith-moved-'))
  onTestFinished(() => rmSync(mountedElsewhere, { recursive: true, force: true }))
  const place = { ...makePlace(), directory: disk }
  const { viewer, post, upload } = await settled(place)
  const app = await started(place)
  execFileSync('mount', ['--bind', disk, mountedElsewhere])
  execFileSync('umount', ['--lazy', disk])
  try {
    expect(readdirSync(disk)).toEqual([])
    inASecond()
    await expect(app.upload(viewer)).rejects.toMatchObject(gone)
    await app.kith.posts.remove(viewer, post)
    expect(readdirSync(disk)).toEqual([])
  } finally {
    execFileSync('mount', ['--bind', mountedElsewhere, disk])
    execFileSync('umount', ['--lazy', mountedElsewhere])
  }
  inASecond()
  expect(await isThere(app, upload)).toBe(true)
  expect(await app.kith.upkeep.run()).toMatchObject({ media: 1 })
  expect(await isThere(app, upload)).toBe(false)
})

describe('the folder of another database', () => {
  test('is refused by a database that has media', async () => {
    const [one, other] = [makePlace(), makePlace()]
    const { viewer } = await settled(one)
    await settled(other)
    const app = await started({ path: one.path, directory: other.directory })
    await expect(app.upload(viewer)).rejects.toMatchObject(gone)
    expect(app.logged).toEqual([expect.stringMatching(/of another database/)])
    expect(filesIn(other.directory)).toHaveLength(1)
  })

  test('is refused by a database without media, if it has blobs; an operator can override this', async () => {
    const [one, other] = [makePlace(), makePlace()]
    await settled(other)
    const app = await started({ path: one.path, directory: other.directory })
    const viewer = await signUp(app, 'eve')
    await expect(app.upload(viewer)).rejects.toMatchObject(gone)
    await expect(app.kith.upkeep.verifyMedia({ remove: true })).rejects.toMatchObject(gone)
    expect(await app.kith.upkeep.adoptMedia()).toEqual({ checked: 0, found: 0 })
    await app.upload(viewer)
  })

  test('is refused even if it has no marker, from an earlier release: nothing in it is an orphan', async () => {
    const [one, other] = [makePlace(), makePlace()]
    await settled(other)
    rmSync(join(other.directory, markName))
    const app = await started({ path: one.path, directory: other.directory })
    await expect(app.kith.upkeep.verifyMedia({ remove: true })).rejects.toMatchObject(gone)
    expect(filesIn(other.directory)).toHaveLength(1)
    expect(readdirSync(other.directory)).not.toContain(markName)
    const viewer = await signUp(app, 'eve')
    await expect(app.upload(viewer)).rejects.toMatchObject(gone)
    expect(app.logged).toEqual([expect.stringMatching(/has blobs and no mark/)])
    await app.kith.upkeep.adoptMedia()
    await app.upload(viewer)
  })
})

describe('a database from before this release', () => {
  test('adopts the folder that has its blobs, and logs that', async () => {
    const place = makePlace()
    const { viewer } = await settled(place)
    forgetMark(place)
    rmSync(join(place.directory, markName))
    const app = await started(place)
    await app.upload(viewer)
    expect(app.logged).toEqual([expect.stringMatching(/1 of the 1 oldest media/)])
    expect(readFileSync(join(place.directory, markName), 'utf8').trim()).toBe(
      await app.kith.storage.facts.get('media.mark'),
    )
  })

  test('adopts a folder from a later backup, which has a marker and its blobs', async () => {
    const place = makePlace()
    const { viewer } = await settled(place)
    forgetMark(place)
    const app = await started(place)
    await app.upload(viewer)
    expect(readFileSync(join(place.directory, markName), 'utf8').trim()).toBe(
      await app.kith.storage.facts.get('media.mark'),
    )
  })

  test('refuses a folder without its blobs until an operator adopts it, who learns how many of them it has', async () => {
    const place = makePlace()
    const { viewer } = await settled(place)
    forgetMark(place)
    rmSync(place.directory, { recursive: true })
    mkdirSync(place.directory)
    const app = await started(place)
    await expect(app.upload(viewer)).rejects.toMatchObject(gone)
    expect(app.logged).toEqual([expect.stringMatching(/0 of the 1 oldest media/)])
    expect(readdirSync(place.directory)).toEqual([])
    expect(await app.kith.upkeep.adoptMedia()).toEqual({ checked: 1, found: 0 })
    await app.upload(viewer)
  })
})

test('a permanently emptied folder is used again after an operator confirms it, with the same marker', async () => {
  const place = makePlace()
  const { viewer } = await settled(place)
  const mark = readFileSync(join(place.directory, markName), 'utf8')
  rmSync(place.directory, { recursive: true })
  const app = await started(place)
  await expect(app.upload(viewer)).rejects.toMatchObject(gone)
  await app.kith.upkeep.adoptMedia()
  await app.upload(viewer)
  expect(readFileSync(join(place.directory, markName), 'utf8')).toBe(mark)
})

test('of processes that start on nothing at the same time, all accept their upload and agree on the marker', async () => {
  const place = makePlace()
  await (await start(place)).close()
  const at = String(Date.now() + 1_500)
  const outputs = await Promise.all(['ana', 'ben', 'cleo'].map((name) => firstUpload(place, name, at)))
  for (const output of outputs) expect(output).toMatch(/^[0-9a-f-]{36} $/)
  const app = await started(place)
  expect(await app.kith.storage.facts.get('media.mark')).toBe(
    readFileSync(join(place.directory, markName), 'utf8').trim(),
  )
  expect(await app.kith.upkeep.verifyMedia()).toMatchObject({
    blobs: 3,
    media: 3,
    orphanCount: 0,
    missingCount: 0,
  })
})

async function firstUpload({ path, directory }: Place, name: string, at: string): Promise<string> {
  const script = fileURLToPath(new URL('media-place/first-upload.ts', import.meta.url))
  const flags = [
    '--conditions=@kith/source',
    '--experimental-strip-types',
    '--disable-warning=ExperimentalWarning',
  ]
  const child = spawn(process.execPath, [...flags, script, path, directory, name, at], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (part: Buffer) => (output += part.toString()))
  await once(child, 'close')
  return output
}

describe('after a backup is restored', () => {
  test('an upload without a row is not served, is listed, and is removed when it is an hour old', async () => {
    const place = makePlace()
    const { viewer, upload: kept } = await settled(place)
    const backup = `${place.path}.backup`
    cpSync(place.path, backup)
    const newer = await start(place)
    const lost = await newer.upload(viewer)
    expect(await newer.kith.uploads.servedFile(lost)).toMatchObject({ kind: 'image' })
    await newer.close()
    for (const ending of ['', '-wal', '-shm']) rmSync(place.path + ending, { force: true })
    cpSync(backup, place.path)

    let now = Date.now()
    const app = await start(place, { clock: () => new Date(now) })
    onTestFinished(() => app.close())
    expect(await isThere(app, lost)).toBe(true)
    expect(await app.kith.uploads.servedFile(lost)).toBeNull()
    expect(await app.kith.uploads.servedFile(kept)).toMatchObject({ kind: 'image' })
    const found = { blobs: 2, media: 1, orphanCount: 1, orphans: [lost], missingCount: 0 }
    expect(await app.kith.upkeep.verifyMedia()).toMatchObject({ ...found, removed: 0, young: 0 })
    expect(await app.kith.upkeep.verifyMedia({ remove: true })).toMatchObject({
      ...found,
      removed: 0,
      young: 1,
    })
    expect(await isThere(app, lost)).toBe(true)
    now += 3_700_000
    expect(await app.kith.upkeep.verifyMedia({ remove: true })).toMatchObject({
      ...found,
      removed: 1,
      young: 0,
    })
    expect(await isThere(app, lost)).toBe(false)
    expect(await isThere(app, kept)).toBe(true)
    expect(await app.kith.upkeep.verifyMedia()).toMatchObject({ blobs: 1, orphanCount: 0 })
  })

  test('with older media than the database, missing media is listed with the posts that show it', async () => {
    const place = makePlace()
    const { viewer } = await settled(place)
    cpSync(place.directory, `${place.directory}-backup`, { recursive: true })
    const newer = await start(place)
    const upload = await newer.upload(viewer)
    const post = await newer.kith.posts.create(viewer, { media: [{ id: upload, alt: 'x' }] })
    await newer.close()
    rmSync(place.directory, { recursive: true })
    renameSync(`${place.directory}-backup`, place.directory)
    const app = await started(place)
    const pages: unknown[] = []
    const attachment = { use: 'post', subject: post.id, position: 0, alt: 'x' }
    const missing = [{ id: upload, ownerId: viewer.userId, attachment }]
    expect(await app.kith.upkeep.verifyMedia({ progress: (page) => pages.push(page) })).toMatchObject({
      blobs: 1,
      media: 2,
      orphanCount: 0,
      missingCount: 1,
      missing,
    })
    expect(pages).toEqual([
      { blobs: 1, media: 0, orphans: [], missing: [] },
      { blobs: 1, media: 2, orphans: [], missing },
    ])
  })
})

test('an upload during the verification is neither an orphan nor missing', async () => {
  const place = makePlace()
  const { viewer } = await settled(place)
  let now = Date.now()
  const app = await start(place, { clock: () => new Date(now) })
  onTestFinished(() => app.close())
  // A clock that is far ahead makes none of them old enough, because they have rows.
  now += 86_400_000
  const uploads = Array.from({ length: 20 }, () => app.upload(viewer))
  const reports = await Promise.all([1, 2, 3].map(() => app.kith.upkeep.verifyMedia({ remove: true })))
  await Promise.all(uploads)
  for (const report of reports) expect(report).toMatchObject({ orphanCount: 0, missingCount: 0, removed: 0 })
  expect(await app.kith.upkeep.verifyMedia()).toMatchObject({ blobs: 21, media: 21, orphanCount: 0 })
  expect(await app.kith.uploads.add(viewer, picture())).toMatchObject({ kind: 'image' })
})

describe('a requested file that is missing', () => {
  const get = (app: App, id: string): Promise<Response> =>
    createKithHttp(app.kith, { allowedOrigins: ['https://app.example'] }).handle(
      new Request(`https://app.example/api/v1/media/files/${id}`),
    )

  test('is a 404, one event, and one line in the log, however often and in whichever rendition it is requested', async () => {
    const place = makePlace()
    const { viewer, upload } = await settled(place)
    const app = await started(place)
    const other = await app.upload(viewer)
    const missing: string[] = []
    app.kith.events.on('media.missing', ({ mediaId }) => void missing.push(mediaId))
    for (const id of [upload, other]) await app.options.media?.blobs.remove(id)
    for (const id of [upload, other, upload, other]) expect((await get(app, id)).status).toBe(404)
    expect((await get(app, 'of-nobody')).status).toBe(404)
    expect(missing).toEqual([upload, other])
    // Repetitions are counted in a later line.
    expect(app.logged).toEqual([expect.stringMatching(`media\\.missing.*${upload}`)])
  })

  test('is not a 404 while the disk is not mounted, because a cache could store that', async () => {
    const place = makePlace()
    const { upload } = await settled(place)
    const app = await started(place)
    expect((await get(app, upload)).status).toBe(200)
    renameSync(place.directory, `${place.directory}-away`)
    const response = await get(app, upload)
    expect([response.status, response.headers.get('cache-control')]).toEqual([500, 'no-store'])
    expect(await response.json()).toMatchObject({ code: 'storage-failed' })
    expect((await get(app, 'of-nobody')).status).toBe(404)
  })
})
