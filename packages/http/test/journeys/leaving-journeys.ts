import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { race } from './client.ts'
import { registerBearer } from './clients.ts'
import type { Journey } from './journey.ts'
import { picture, upload } from './uploads.ts'

/** A host has so long to notice, which is many times what it needs. */
const patienceMillis = 5_000

/** Clients that go in the middle, and clients that stay and take nothing: they hold nothing of the server. */
export const leavingJourneys: readonly Journey[] = [
  {
    id: 'leaving/stalled-reader',
    title: 'A response that its client does not read is given up, and its file closed',
    host: 'the host writes the response',
    setup: { largeFiles: true, http: { bodyTimeoutSeconds: 0.2 } },
    async run(app) {
      if (app.host.answersSentByHost) return
      const { url } = await upload(await registerBearer(app))
      await race(4, () => app.raw(url, { then: 'stalls' }))
      await drains(app.openFiles, 'open files')
    },
  },
  {
    id: 'leaving/aborted-uploads',
    title: 'Uploads that are given up leave no connection and no file',
    host: 'the host owns the connection',
    setup: { http: { bodyTimeoutSeconds: 0.2, uploads: { perAccount: 100 } } },
    async run(app) {
      const anna = await registerBearer(app)
      const body = picture().subarray(0, 1000)
      const headers = { 'content-type': 'image/png' }
      await race(20, () =>
        anna.request('/media', { method: 'POST', body, headers, abort: true }).catch(() => {}),
      )
      await drains(app.connections, 'connections')
      await drains(async () => (await app.media.files()).length, 'files')
    },
  },
]

async function drains(count: () => number | Promise<number>, what: string): Promise<void> {
  const end = performance.now() + patienceMillis
  // Twice in a row: what a client has sent may only be arriving.
  for (let none = 0; none < 2;) {
    const left = await count()
    none = left === 0 ? none + 1 : 0
    assert.ok(left === 0 || performance.now() < end, `${left} ${what} stay`)
    await wait(50)
  }
}
