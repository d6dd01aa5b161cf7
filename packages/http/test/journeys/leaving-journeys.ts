import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { race } from './client.ts'
import { registerBearer } from './clients.ts'
import type { Journey } from './journey.ts'
import { picture, upload } from './uploads.ts'

/** The time that a host has to notice, which is many times what it needs. */
const patienceMillis = 5_000

/** Clients that disconnect halfway, and clients that stay without reading: they keep no resources of the server. */
export const leavingJourneys: readonly Journey[] = [
  {
    id: 'leaving/stalled-reader',
    title: 'A response that its client does not read is aborted, and its file closed',
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
    title: 'Aborted uploads leave no connection and no file',
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
  // Twice in a row, because earlier data of the client may still arrive.
  for (let none = 0; none < 2;) {
    const left = await count()
    none = left === 0 ? none + 1 : 0
    assert.ok(left === 0 || performance.now() < end, `${left} ${what} stay`)
    await wait(50)
  }
}
