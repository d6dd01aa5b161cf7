import {
  createReadStream,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { writeLargeVideo } from '../packages/media-video/test/videos.ts'
import { type RunningApp, startApp } from './running-app.ts'

const folder = mkdtempSync(join(tmpdir(), 'kith-large-'))
const video = join(folder, 'large.mp4')
const megabyte = 1024 * 1024

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The demo with folders of its own and somebody signed in, and what it keeps in them. */
async function startServer(name: string): Promise<{ app: RunningApp; kept: () => object }> {
  const [data, temporary] = [join(folder, name), join(folder, `${name}-temporary`)]
  const app = await startApp('examples/demo/src/main.ts', {
    KITH_DEMO_DIRECTORY: data,
    TMPDIR: temporary,
    TEMP: temporary,
  })
  await app.call('POST', '/api/v1/users/register', { username: 'ada', password: 'correct horse' })
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
  return readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length
}

/** Sends a file as it is on disk; `cutAfter` bytes the connection breaks. Answers the status, `null` where there was none. */
async function upload(app: RunningApp, file: string, cutAfter = Infinity): Promise<number | null> {
  const { size } = statSync(file)
  const headers = {
    origin: app.url,
    cookie: app.cookies(),
    'content-type': 'video/mp4',
    'content-length': size,
  }
  return await new Promise((done) => {
    const sent = request(`${app.url}/api/v1/media`, { method: 'POST', headers }, (response) => {
      response.resume().on('end', () => done(response.statusCode ?? null))
    })
    sent.on('error', () => done(null))
    let bytes = 0
    const source = createReadStream(file).on('data', (chunk) => {
      bytes += chunk.length
      if (bytes >= cutAfter) {
        source.destroy()
        sent.destroy()
      }
    })
    source.pipe(sent)
  })
}

function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024
}

test.skipIf(process.platform !== 'linux')(
  'a video of 100 MB raises the memory of the server by less than 32 MB (read from /proc, so on Linux)',
  async () => {
    await writeLargeVideo(video, 96)
    expect(statSync(video).size).toBeGreaterThan(100_000_000)
    const { app, kept } = await startServer('whole')
    // The first uploads let V8 make its young generation as large as it likes, which is not what is measured.
    for (let index = 0; index < 2; index++) expect(await upload(app, video)).toBe(201)
    await wait(500)
    const before = residentBytes(app.pid)
    let most = before
    const sampler = setInterval(() => (most = Math.max(most, residentBytes(app.pid))), 10)
    expect(await upload(app, video)).toBe(201)
    clearInterval(sampler)
    expect(kept()).toEqual({ rows: 3, blobs: 3, temporary: 0 })
    expect((most - before) / megabyte).toBeLessThan(32)
    await app.stop()
  },
)

test('an upload that is cut off leaves no file, no row and no blob', async () => {
  const file = join(folder, 'cut.mp4')
  await writeLargeVideo(file, 8)
  const { app, kept } = await startServer('cut')
  for (const bytes of [100, 3 * megabyte, 7 * megabyte]) expect(await upload(app, file, bytes)).toBeNull()
  await expect.poll(kept, { timeout: 5000 }).toEqual({ rows: 0, blobs: 0, temporary: 0 })
  expect(await upload(app, file)).toBe(201)
  expect(kept()).toEqual({ rows: 1, blobs: 1, temporary: 0 })
  await app.stop()
})
