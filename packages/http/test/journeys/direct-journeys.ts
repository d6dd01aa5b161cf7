import assert from 'node:assert/strict'
import { RetryLaterError, type Upload } from '@kith/core'
import type { MediaType, SignedUpload } from '@kith/core/ports'
import { shapes } from '@kith/http'
import type { Answer } from './answer.ts'
import { type Client, race } from './client.ts'
import { registerBearer } from './clients.ts'
import type { Journey } from './journey.ts'
import type { JourneyApp } from './journey-app.ts'
import { deliver, picture } from './uploads.ts'

interface File {
  bytes?: Uint8Array
  contentType?: MediaType
}

/** The first bytes of an MP4. */
const film = Buffer.from('\0\0\0\x10ftypisom\0\0\0\0')

const ways: readonly Journey[] = [
  {
    id: 'direct/upload',
    title: 'A picture that was sent to its signed URL becomes an upload like any other',
    async run(app) {
      const anna = await registerBearer(app)
      const { id, upload } = await announce(anna)
      assert.equal(upload.expiresAt, new Date(app.now().getTime() + 1_800_000).toISOString())
      await deliver(upload)
      const { url, width, height, thumbhash, renditions } = taken(await confirm(anna, id))
      assert.deepEqual([width, height, typeof thumbhash], [320, 320, 'string'])
      assert.deepEqual(await app.media.files(), [id])
      for (const address of [url, ...Object.values(renditions)]) await assertSeen(app, address)
      assert.deepEqual(taken(await confirm(anna, id)).url, url)
      const posted = await anna.post('/posts', { media: [id] })
      assert.equal(posted.status, 201)
      ;(await confirm(anna, id)).problem('media-not-found')
    },
  },
  {
    id: 'direct/redirect',
    title: 'Browsers are redirected to a signed URL, and only for valid ids of files',
    host: 'the host passes redirects on',
    async run(app) {
      const anna = await registerBearer(app)
      const { url } = await send(app, anna)
      const head = await app.raw(url, { method: 'HEAD' })
      assert.deepEqual([head.status, head.text], [302, ''])
      for (const nothing of [`${url}/huge`, `${url}.webp`, `${url}%20x`])
        assert.equal((await app.raw(nothing)).status, 404, nothing)
      app.advance(3_601)
      await assertSeen(app, url)
      assert.equal((await fetch(head.headers.get('location') ?? '')).status, 403, 'an old URL is refused')
    },
  },
  {
    id: 'direct/announce',
    title: 'Only acceptable files can be announced, and only by a signed-in account',
    async run(app) {
      const anna = await registerBearer(app)
      const ask = (json: object) => anna.post('/media/direct', json)
      for (const json of [
        {},
        { contentType: 'image/svg+xml', size: 10 },
        { contentType: 'image/png' },
        { contentType: 'image/png', size: 0 },
        { contentType: 'image/png', size: 1.5 },
        { contentType: 'image/png', size: 10, key: 'mine' },
      ])
        (await ask(json)).problem('invalid-input')
      ;(await ask({ contentType: 'image/png', size: 20 * 1024 * 1024 + 1 })).problem('media-too-large')
      const guest = await app.post('/media/direct', { contentType: 'image/png', size: 10 })
      guest.problem('unauthenticated')
      assert.deepEqual(await app.media.files(), [])
    },
  },
  {
    id: 'direct/own',
    title: 'An account cannot confirm an upload that another one announced',
    async run(app) {
      const anna = await registerBearer(app)
      const ben = await registerBearer(app, 'ben')
      const { id, upload } = await announce(anna)
      await deliver(upload)
      for (const each of [id, 'nonsense', id.replace(/.$/, (last) => (last === '0' ? '1' : '0'))])
        (await confirm(ben, each)).problem('media-not-found')
      ;(await app.post(`/media/${id}/confirm`)).problem('unauthenticated')
      taken(await confirm(anna, id))
      ;(await confirm(ben, id)).problem('media-not-found')
    },
  },
  {
    id: 'direct/confirm-early',
    title: 'A file can be confirmed once it has been sent, and not before',
    async run(app) {
      const anna = await registerBearer(app)
      const { id, upload } = await announce(anna)
      for (let times = 0; times < 2; times++) (await confirm(anna, id)).problem('media-not-found')
      await deliver(upload)
      taken(await confirm(anna, id))
    },
  },
  {
    id: 'direct/confirm-race',
    title: 'Concurrent confirmations return the same upload, and one file is kept',
    async run(app) {
      const anna = await registerBearer(app)
      const { id, upload } = await announce(anna)
      await deliver(upload)
      const [first, ...others] = (await race(5, () => confirm(anna, id))).map(taken)
      for (const other of others) assert.deepEqual(other, first)
      assert.deepEqual(await app.media.files(), [id])
    },
  },
  {
    id: 'direct/mismatch',
    title: 'A file that differs from its announcement is refused and completely removed',
    async run(app) {
      const anna = await registerBearer(app)
      const cut = picture().subarray(0, 200)
      for (const [code, file] of [
        ['unsupported-media-type', { bytes: film }],
        ['unsupported-media-type', { bytes: picture(), contentType: 'video/mp4' }],
        ['unsupported-media-type', { bytes: Buffer.from('<script>alert(1)</script>') }],
        ['media-unreadable', { bytes: cut }],
      ] as const) {
        const { id, upload } = await announce(anna, file)
        await deliver(upload, file.bytes)
        ;(await confirm(anna, id)).problem(code)
        assert.deepEqual(await app.media.files(), [], code)
        ;(await confirm(anna, id)).problem('media-not-found')
      }
    },
  },
  {
    id: 'direct/host-away',
    title: 'While the media host is down the response is 503, and the file need not be sent again',
    async run(app) {
      const anna = await registerBearer(app)
      const { id, upload } = await announce(anna)
      await deliver(upload)
      app.breakMedia(new RetryLaterError('media-unavailable', 5))
      const answer = await confirm(anna, id)
      assert.equal(answer.problem('media-unavailable').status, 503)
      assert.equal(answer.headers.get('retry-after'), '5')
      const json = { contentType: 'image/png', size: 100 }
      const announced = await anna.post('/media/direct', json)
      assert.equal(announced.problem('media-unavailable').status, 503)
      app.breakMedia(null)
      taken(await confirm(anna, id))
    },
  },
  {
    id: 'direct/unconfirmed',
    title:
      'A file that was sent but never confirmed is removed after a day, and so is one that was sent twice',
    async run(app) {
      const anna = await registerBearer(app)
      const forgotten = await announce(anna)
      await deliver(forgotten.upload)
      const used = await announce(anna)
      await deliver(used.upload)
      taken(await confirm(anna, used.id))
      await deliver(used.upload)
      const json = { media: used.id }
      assert.equal((await anna.put('/users/me/avatar', json)).status, 200)
      app.advance(86_399)
      await app.kith.upkeep.run()
      assert.equal((await app.media.files()).length, 3)
      app.advance(2)
      await app.kith.upkeep.run()
      assert.deepEqual(await app.media.files(), [used.id])
      ;(await confirm(await registerBearer(app, 'ben'), forgotten.id)).problem('media-not-found')
    },
  },
]

/** Files that browsers send directly to the media host. */
export const directJourneys: readonly Journey[] = ways.map((way) => ({ ...way, setup: { hosted: true } }))

async function announce(
  client: Client,
  { bytes = picture(), contentType = 'image/png' }: File = {},
): Promise<{ id: string; upload: SignedUpload }> {
  const json = { contentType, size: bytes.length }
  const answer = await client.post('/media/direct', json)
  assert.equal(answer.status, 201, answer.text)
  return shapes.SignedUpload.parse(answer.json())
}

function confirm(client: Client, id: string): Promise<Answer> {
  return client.post(`/media/${id}/confirm`)
}

function taken(answer: Answer): Upload {
  assert.equal(answer.status, 200, answer.text)
  return shapes.Upload.parse(answer.json())
}

async function send(app: JourneyApp, client: Client): Promise<Upload> {
  const { id, upload } = await announce(client)
  await deliver(upload)
  const confirmed = taken(await confirm(client, id))
  await assertSeen(app, confirmed.url)
  return confirmed
}

/** A URL of Kith redirects a browser to the file for a limited time. */
async function assertSeen(app: JourneyApp, url: string): Promise<void> {
  const { status, headers } = await app.raw(url)
  assert.equal(status, 302)
  assert.equal(headers.get('cache-control'), 'private, max-age=600')
  const seen = await fetch(headers.get('location') ?? '')
  assert.equal(seen.headers.get('content-type'), 'image/webp')
  assert.equal(Buffer.from(await seen.arrayBuffer()).toString('latin1', 8, 12), 'WEBP')
}
