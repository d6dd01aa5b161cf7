import {
  cpSync,
  createReadStream,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeLargeVideo } from '../packages/media-video/test/videos.ts'
import { type RunningApp, startApp } from './running-app.ts'

const folder = mkdtempSync(join(tmpdir(), 'kith-large-'))
const video = join(folder, 'large.mp4')
const megabyte = 1024 * 1024

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const demo = { script: 'examples/demo/src/main.ts', framework: 'express' }

/** What apps of a script begin with, and the cookies of somebody who is signed in. */
interface Begun {
  data: string
  cookies: string
}

const begun = new Map<string, Promise<Begun>>()

/** Somebody registers with a process of this script, once for all of its servers. */
async function begin({ script, framework }: typeof demo): Promise<Begun> {
  const data = join(folder, `begun-${begun.size}`)
  const app = await startApp(
    script,
    { KITH_DEMO_DIRECTORY: data, FRAMEWORK: framework },
    { args: ['--empty'] },
  )
  await app.call('POST', '/api/v1/users/register', { username: 'ada', password: 'correct horse' })
  await app.stop()
  return { data, cookies: app.cookies() }
}

/**
 * An app with folders of its own and somebody signed in, and what it keeps in them. That somebody has registered with an
 * earlier process, since hashing a password leaves memory behind that an upload could use again.
 */
async function startServer(
  name: string,
  { script, framework } = demo,
): Promise<{ app: RunningApp; kept: () => object }> {
  const [data, temporary] = [join(folder, name), join(folder, `${name}-temporary`)]
  const beginning = begun.get(script) ?? begin({ script, framework })
  begun.set(script, beginning)
  const { data: copied, cookies } = await beginning
  cpSync(copied, data, { recursive: true })
  const env = { KITH_DEMO_DIRECTORY: data, TMPDIR: temporary, TEMP: temporary, FRAMEWORK: framework }
  const app = await startApp(script, env, { args: ['--empty'] })
  app.setCookies(cookies)
  return {
    app,
    kept() {
      const database = new DatabaseSync(join(data, 'demo.db'), { readOnly: true })
      const row = database.prepare('SELECT count(*) AS rows FROM kith_media').get()
      database.close()
      return { ...row, blobs: filesIn(join(data, 'media')), temporary: filesIn(temporary) }
    },
  }
}

function filesIn(path: string): number {
  if (!existsSync(path)) return 0
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  // The mark stays: the folder belongs to its database.
  return files.filter(({ name }) => name !== '.kith-media').length
}

const boundary = '----a-boundary'
const partHead = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="large.mp4"\r\n\r\n`

interface Sending {
  file: string
  /** As a form, and not as the body itself. */
  form?: boolean
  /** After so many bytes the connection breaks. */
  cutAfter?: number
}

/** Sends a file as it is on disk. Answers the status, `null` where there was none. */
async function upload(
  app: RunningApp,
  { file, form = false, cutAfter = Infinity }: Sending,
): Promise<number | null> {
  const headers = {
    origin: app.url,
    cookie: app.cookies(),
    ...(form
      ? { 'content-type': `multipart/form-data; boundary=${boundary}` }
      : { 'content-type': 'video/mp4', 'content-length': statSync(file).size }),
  }
  return await new Promise((done) => {
    const sent = request(`${app.url}/api/v1/media`, { method: 'POST', headers }, (response) => {
      response.resume().on('end', () => done(response.statusCode ?? null))
    })
    sent.on('error', () => done(null))
    if (form) sent.write(partHead)
    let bytes = 0
    const source = createReadStream(file).on('data', (chunk) => {
      bytes += chunk.length
      if (bytes >= cutAfter) {
        source.destroy()
        sent.destroy()
      }
    })
    source.on('end', () => sent.end(form ? `\r\n--${boundary}--\r\n` : '')).pipe(sent, { end: false })
  })
}

/**
 * By how much the resident memory of a process rises at most while something runs. The peak is the one that the kernel
 * keeps, which no sampling can miss. It is that since the start of the process, until a 5 is written to `clear_refs`.
 */
async function riseOf(pid: number, run: () => Promise<void>): Promise<number> {
  const before = readStatus(pid, 'VmRSS')
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
  await run()
  return readStatus(pid, 'VmHWM') - before
}

function readStatus(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) * 1024
}

const withoutPage = 'test/upload-server.ts'

describe.skipIf(process.platform !== 'linux')(
  'a video of 100 MB raises the memory of a server by at most 48 MB (read from /proc, so on Linux)',
  () => {
    beforeAll(async () => {
      await writeLargeVideo(video, 96)
      expect(statSync(video).size).toBeGreaterThan(100_000_000)
    })

    // Each server is a fresh one, whose first upload has to make do with what a start leaves, and loads what it needs.
    test.each([
      { ...demo, form: false },
      { ...demo, form: true },
      { script: withoutPage, framework: 'fastify', form: false },
      { script: withoutPage, framework: 'fastify', form: true },
      { script: withoutPage, framework: 'node', form: false },
      { script: withoutPage, framework: 'node', form: true },
      { script: withoutPage, framework: 'fetch', form: false },
      { script: withoutPage, framework: 'fetch', form: true },
    ])('behind $framework, form: $form', async ({ form, ...server }) => {
      const { app, kept } = await startServer(`${server.framework}-${form}`, server)
      expect((await app.call('GET', '/api/v1/users/me')).status).toBe(200)
      for (const count of [1, 2]) {
        const rise = await riseOf(app.pid, async () =>
          expect(await upload(app, { file: video, form })).toBe(201),
        )
        expect(rise / megabyte).toBeLessThanOrEqual(48)
        expect(kept()).toEqual({ rows: count, blobs: count, temporary: 0 })
      }
      await app.stop('SIGKILL')
    })
  },
)

test('an upload that is cut off leaves no file, no row and no blob', async () => {
  const file = join(folder, 'cut.mp4')
  await writeLargeVideo(file, 8)
  const { app, kept } = await startServer('cut')
  for (const bytes of [100, 3 * megabyte, 7 * megabyte])
    expect(await upload(app, { file, cutAfter: bytes })).toBeNull()
  await expect.poll(kept, { timeout: 30_000 }).toEqual({ rows: 0, blobs: 0, temporary: 0 })
  expect(await upload(app, { file })).toBe(201)
  // The server may not even have begun with one of those above when it was looked at.
  await expect.poll(kept, { timeout: 30_000 }).toEqual({ rows: 1, blobs: 1, temporary: 0 })
  await app.stop()
})
