import assert from 'node:assert/strict'
import { password, registerBearer } from './clients.ts'
import type { Journey } from './journey.ts'
import { picture, upload } from './uploads.ts'

const jsonType = { 'content-type': 'application/json' }

/** Bodies that keep a server waiting, and concurrent files of one account. */
export const paceJourneys: readonly Journey[] = [
  {
    id: 'pace/stalled-json',
    title: 'A stalled JSON body is refused, and its connection is closed',
    host: 'the host owns the connection',
    setup: { http: { bodyTimeoutSeconds: 0.2 } },
    async run(app) {
      if (app.host.bodiesAnsweredByHost) return
      const answer = await app.request('/users/login', {
        method: 'POST',
        body: '{"login":"anna",',
        announced: 1000,
        headers: jsonType,
      })
      answer.problem('request-timeout')
      assert.equal(answer.status, 408)
      await registerBearer(app)
      assert.deepEqual(app.log, [])
    },
  },
  {
    id: 'pace/stalled-upload',
    title: 'A stalled upload is refused, leaves nothing, and frees its place',
    host: 'the host owns the connection',
    setup: { http: { uploads: { graceSeconds: 0.2, perAccount: 1 } } },
    async run(app) {
      const anna = await registerBearer(app)
      const bytes = picture()
      for (const headers of [
        { 'content-type': 'image/png' },
        { 'content-type': 'multipart/form-data; boundary=b' },
      ]) {
        const head = Buffer.from('--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n')
        const start = headers['content-type'] === 'image/png' ? bytes.subarray(0, 1000) : head
        const stopped = await anna.request('/media', {
          method: 'POST',
          body: start,
          announced: 1_000_000,
          headers,
        })
        stopped.problem('request-timeout')
      }
      assert.deepEqual(await app.media.files(), [])
      await upload(anna)
      assert.deepEqual(app.log, [])
    },
  },
  {
    id: 'pace/concurrent-uploads',
    title: 'One account can upload only a few files concurrently, and others are not affected',
    setup: { http: { uploads: { perAccount: 2, graceSeconds: 1 } } },
    async run(app) {
      const [anna, berta] = [await registerBearer(app), await registerBearer(app, 'berta')]
      const waiting = Array.from({ length: 5 }, () =>
        anna.request('/media', {
          method: 'POST',
          body: picture().subarray(0, 1000),
          announced: 1_000_000,
          headers: { 'content-type': 'image/png' },
        }),
      )
      await upload(berta)
      const codes = (await Promise.all(waiting)).map((answer) => (answer.json() as { code: string }).code)
      assert.deepEqual(codes.sort(), [
        ...Array<string>(3).fill('rate-limited'),
        'request-timeout',
        'request-timeout',
      ])
      await upload(anna)
    },
  },
]
