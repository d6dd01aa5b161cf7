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

/** The beginning of each app script, and the cookies of a signed-in account. */
interface Begun {
  data: string
  cookies: string
}

const begun = new Map<string, Promise<Begun>>()

/** Registers an account with a process of this script, once for all of its servers. */
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
 * An app with its own folders and a signed-in account, and the contents of the folders. The account was registered with an
 * earlier process, because hashing a password leaves memory behind that an upload could reuse.
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
  // The marker stays: the folder belongs to its database.
  return files.filter(({ name }) => name !== '.kith-media').length
}

const boundary = '----a-boundary'
const partHead = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="large.mp4"\r\n\r\n`

interface Sending {
  file: string
  /** Sent as a form, and not as the body itself. */
  form?: boolean
  /** After this many bytes the connection breaks. */
  cutAfter?: number
}

/** Sends a file unchanged from the disk. Returns the status, or `null` without one. */
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
 * The maximum increase of the resident memory of a process while a call runs. The kernel records this peak, so no sampling
 * can miss it. It covers the time since the start of the process, or since a 5 was written to `clear_refs`.
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

    // Each server is a new one, whose first upload has only the memory from its start, and loads its modules.
    test.each([
      { ...demo, form: false },
      { ...demo, form: true },
      { script: withoutPage, framework: 'fastify', form: false },
      { script: withoutPage, framework: 'fastify', form: true },
      { script: withoutPage, framework: 'node', form: false },
      { script: withoutPage, framework: 'node', form: true },
      { script: withoutPage, framework: 'fetch', form: false },
      { script: withoutPage, framework: 'fetch', form: true },
    ])('with $framework, form: $form', async ({ form, ...server }) => {
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

test('an interrupted upload leaves no file, no row and no blob', async () => {
  const file = join(folder, 'cut.mp4')
  await writeLargeVideo(file, 8)
  const { app, kept } = await startServer('cut')
  for (const bytes of [100, 3 * megabyte, 7 * megabyte])
    expect(await upload(app, { file, cutAfter: bytes })).toBeNull()
  await expect.poll(kept, { timeout: 30_000 }).toEqual({ rows: 0, blobs: 0, temporary: 0 })
  expect(await upload(app, { file })).toBe(201)
  // The server may not have started on one of the uploads above when it was checked.
  await expect.poll(kept, { timeout: 30_000 }).toEqual({ rows: 1, blobs: 1, temporary: 0 })
  await app.stop()
})
