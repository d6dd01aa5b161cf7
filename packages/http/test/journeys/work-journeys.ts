import assert from 'node:assert/strict'
import { shapes } from '@kith/http'
import type { Answer } from './answer.ts'
import { race } from './client.ts'
import { registerBearer } from './clients.ts'
import type { Journey } from './journey.ts'
import type { JourneyApp } from './journey-app.ts'
import { deliver, picture, upload } from './uploads.ts'

/** Counts the responses of each status. */
async function statusesOf(times: number, ask: (index: number) => Promise<Answer>): Promise<object> {
  const counts: Record<number, number> = {}
  for (let index = 0; index < times; index++) {
    const { status, headers } = await ask(index)
    counts[status] = (counts[status] ?? 0) + 1
    if (status === 429) assert.ok(Number(headers.get('retry-after')) > 0)
  }
  return counts
}

async function assertServed(app: JourneyApp, addresses: readonly string[], status: number): Promise<void> {
  for (const address of addresses) {
    const answer = await app.raw(address)
    assert.equal(answer.status, status, address)
    if (status === 404) assert.equal(answer.headers.get('cache-control'), 'no-store')
    assert.equal((await app.raw(address, { method: 'HEAD' })).status, status, address)
  }
}

/** Work counts toward the limits of the account that causes it, and hidden media is not served. */
export const workJourneys: readonly Journey[] = [
  {
    id: 'work/banned-files',
    title: 'Files and renditions of a banned account are not served until the ban is lifted',
    async run(app) {
      const anna = await registerBearer(app)
      const { url, renditions } = await upload(anna)
      const avatar = await upload(anna)
      await anna.put('/users/me/avatar', { media: avatar.id })
      const addresses = [url, avatar.url, ...Object.values(renditions)]
      await assertServed(app, addresses, 200)
      const etag = (await app.raw(url)).headers.get('etag') ?? ''
      await app.kith.accounts.ban(anna.user.id)
      await assertServed(app, addresses, 404)
      const known = await app.raw(url, { headers: { 'if-none-match': etag, range: 'bytes=0-1' } })
      assert.equal(known.status, 404, 'whoever has it is not told that it is good')
      await app.kith.accounts.unban(anna.user.id)
      await assertServed(app, addresses, 200)
    },
  },
  {
    id: 'work/banned-redirects',
    title: 'Files of a banned account and missing files are not redirected to',
    setup: { hosted: true },
    async run(app) {
      const anna = await registerBearer(app)
      const { url, renditions } = await upload(anna)
      const addresses = [url, ...Object.values(renditions)]
      await assertServed(app, addresses, 302)
      await app.kith.accounts.ban(anna.user.id)
      await assertServed(app, addresses, 404)
      await app.kith.accounts.unban(anna.user.id)
      await assertServed(app, addresses, 302)
      await assertServed(app, [`${url.slice(0, -12)}000000000000`, `${url}x`], 404)
    },
  },
  {
    id: 'work/changes',
    title: 'An account can make 120 changes a minute, including invalid ones, and others are not affected',
    async run(app) {
      const anna = await registerBearer(app)
      const ben = await registerBearer(app, 'ben')
      const wrong = { method: 'PATCH', json: { caption: 7 } } as const
      assert.deepEqual(await statusesOf(60, () => anna.request('/posts/nothing', wrong)), { 422: 60 })
      const like = { method: 'PUT' } as const
      assert.deepEqual(await statusesOf(70, () => anna.request('/posts/nothing/like', like)), {
        404: 60,
        429: 10,
      })
      ;(await anna.request('/posts/nothing', wrong)).problem('rate-limited')
      ;(await anna.patch('/users/me', { name: 7 })).problem('rate-limited')
      ;(await ben.put('/users/anna/follow')).json()
      assert.equal((await anna.request('/users/me')).status, 200)
      app.advance(60)
      ;(await anna.request('/posts/nothing', wrong)).problem('invalid-input')
    },
  },
  {
    id: 'work/invalid-counts',
    title: 'Invalid posts, signatures and captions count like valid ones',
    setup: { hosted: true },
    async run(app) {
      const anna = await registerBearer(app)
      const send = (path: string) => () => anna.post(path, { caption: 7, size: 'x', hint: 7 })
      assert.deepEqual(await statusesOf(102, send('/posts')), { 422: 100, 429: 2 })
      assert.deepEqual(await statusesOf(62, send('/media/x/captions')), { 422: 60, 429: 2 })
      assert.deepEqual(await statusesOf(202, send('/media/direct')), { 422: 200, 429: 2 })
    },
  },
  {
    id: 'work/exports',
    title: 'One export too many is refused before it starts',
    async run(app) {
      const anna = await registerBearer(app)
      const read = () => anna.request('/users/me/export')
      assert.deepEqual(await statusesOf(7, read), { 200: 5, 429: 2 })
      ;(await read()).problem('rate-limited')
      assert.equal((await anna.request('/users/me/export', { method: 'HEAD' })).status, 429)
    },
  },
  {
    id: 'work/confirms',
    title:
      '20 concurrent confirmations of one upload count as one, and few are allowed for uploads that never arrive',
    setup: { hosted: true },
    async run(app) {
      const anna = await registerBearer(app)
      const sign = async () => {
        const json = { contentType: 'image/png', size: picture().length }
        const answer = await anna.post('/media/direct', json)
        return shapes.SignedUpload.parse(answer.json())
      }
      const confirm = (id: string) => anna.post(`/media/${id}/confirm`)
      const sent = await sign()
      await deliver(sent.upload)
      const answers = await race(20, () => confirm(sent.id))
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
      assert.deepEqual(await app.media.files(), [sent.id])
      const { id } = await sign()
      assert.deepEqual(await statusesOf(5, () => confirm(id)), { 404: 3, 429: 2 })
      assert.deepEqual(await statusesOf(40, (index) => confirm(`made-up-${index}`)), { 404: 35, 429: 5 })
    },
  },
]
