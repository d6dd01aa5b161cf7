import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { shapes } from '@kith/http'
import { inFolder } from '../sample-folder.ts'
import { writeLargeVideo } from '../video-processor/large-video.ts'
import { type Client, registerBearer } from './clients.ts'
import type { Journey } from './journey.ts'
import { picture } from './uploads.ts'

/** More than the buffers of a connection hold, so that most of it stays with the server. */
const megabytes = 24

/** A host has so long to notice, which is many times what it needs. */
const patienceMillis = 5_000

/** Clients that go in the middle, and clients that stay and take nothing: they hold nothing of the server. */
export const leavingJourneys: readonly Journey[] = [
  {
    name: 'leaving: files whose readers go away are closed',
    async run(app) {
      const path = await uploadVideo(await registerBearer(app))
      const leaving = Array.from({ length: 8 }, () => app.raw(path, { then: 'leaves' }))
      for (const { status } of await Promise.all(leaving)) assert.equal(status, 200)
      await becomes(0, async () => app.openFiles(), 'open files')
      assert.equal((await app.raw(path, { headers: { range: 'bytes=0-9' } })).text.length, 10)
    },
  },
  {
    name: 'leaving: a client that takes nothing of an answer is left, and its file closed',
    setup: { http: { bodyTimeoutSeconds: 0.2 } },
    async run(app) {
      if (app.conditions.answersSentByHost !== null) return
      const path = await uploadVideo(await registerBearer(app))
      await Promise.all(Array.from({ length: 4 }, () => app.raw(path, { then: 'stalls' })))
      await becomes(0, async () => app.openFiles(), 'open files')
    },
  },
  {
    name: 'leaving: of uploads that are given up in the middle no connection and no file stays',
    setup: { http: { bodyTimeoutSeconds: 0.2, uploads: { perAccount: 100 } } },
    async run(app) {
      const anna = await registerBearer(app)
      const body = picture().subarray(0, 1000)
      const headers = { 'content-type': 'image/png' }
      await Promise.all(
        Array.from({ length: 20 }, () =>
          anna.request('/media', { method: 'POST', body, headers, abort: true }).catch(() => {}),
        ),
      )
      await becomes(0, () => app.connections(), 'connections')
      await becomes(0, async () => (await app.media.files()).length, 'files')
    },
  },
]

/** The path of a large file. */
async function uploadVideo(client: Client): Promise<string> {
  const body = await inFolder(async (folder) => {
    await writeLargeVideo(folder.path('video'), megabytes)
    return await readFile(folder.path('video'))
  })
  const headers = { 'content-type': 'video/mp4' }
  const answer = await client.request('/media', { method: 'POST', body, headers })
  return shapes.Upload.parse(answer.json()).url
}

async function becomes(expected: number, count: () => Promise<number>, what: string): Promise<void> {
  const end = performance.now() + patienceMillis
  let found = await count()
  while (found !== expected && performance.now() < end) {
    await wait(50)
    found = await count()
  }
  assert.equal(found, expected, `${found} ${what} stay`)
}
