import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import type { CaptionWriter } from '@kith/core/ports'
import { shapes } from '@kith/http'
import { registerBearer, registerInBrowser } from './clients.ts'
import type { Journey } from './journey.ts'
import { animationBomb, formOf, picture, send, upload } from './uploads.ts'

/** Never resolves, and ignores its signal. */
const silent: CaptionWriter = { name: 'silent', suggest: () => new Promise(() => {}) }

const failing: CaptionWriter = {
  name: 'failing',
  async suggest() {
    throw new Error('the model is down')
  },
}

/** Uploads, the files made from them, account pictures, and caption suggestions. */
export const mediaJourneys: readonly Journey[] = [
  {
    id: 'media/not-media',
    title: 'A file that is not an image or video is refused by its bytes, and nothing of it is stored',
    async run(app) {
      const anna = await registerBearer(app)
      const png = Buffer.from(picture())
      for (const bytes of [
        '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        '<!doctype html><script>alert(1)</script>',
        'GIF',
        '',
        '\0'.repeat(5000),
        '%PDF-1.7',
        'PK\u0003\u0004',
      ])
        (await send(anna, bytes)).problem('unsupported-media-type')
      for (const bytes of [
        png.subarray(0, 60),
        Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70, 73, 70]),
        png.subarray(0, 200),
      ])
        (await send(anna, bytes)).problem('media-unreadable')
      assert.deepEqual(await app.media.files(), [])
    },
  },
  {
    id: 'media/polyglot',
    title: 'An HTML page appended to a picture is removed',
    async run(app) {
      const anna = await registerBearer(app)
      const polyglot = Buffer.concat([picture(), Buffer.from('<script>alert(document.cookie)</script>')])
      const { url } = await upload(anna, polyglot)
      const answer = await app.raw(url)
      assert.equal(answer.headers.get('content-type'), 'image/webp')
      assert.ok(!answer.text.includes('<script>'))
    },
  },
  {
    id: 'media/too-many-pixels',
    title: 'A picture with too many pixels is refused by its header',
    async run(app) {
      const anna = await registerBearer(app)
      const bomb = Buffer.from(picture())
      bomb.writeUInt32BE(40_000, 16)
      bomb.writeUInt32BE(40_000, 20)
      // The checksum of the header chunk, from its name on.
      bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29)
      ;(await send(anna, bomb)).problem('media-too-large')
      assert.deepEqual(await app.media.files(), [])
    },
  },
  {
    id: 'media/animation-bomb',
    title: 'An animation with too many pixels is refused, however little each frame draws',
    async run(app) {
      const anna = await registerBearer(app)
      const bomb = animationBomb({ side: 2000, frames: 100 })
      assert.ok(bomb.length < 5000)
      ;(await send(anna, bomb)).problem('media-too-large')
      assert.deepEqual(await app.media.files(), [])
      assert.equal((await upload(anna, animationBomb({ side: 20, frames: 100 }))).width, 20)
    },
  },
  {
    id: 'media/form',
    title: 'A form must contain one file, named `file`; anything else is refused',
    host: 'the host passes on the form',
    async run(app) {
      const anna = await registerBearer(app)
      const file = { name: 'file', filename: 'a.png', bytes: picture() }
      for (const parts of [[{ ...file, name: 'photo' }], [{ name: 'caption', bytes: 'hello' }, file], []])
        (await anna.request('/media', formOf(parts))).problem('invalid-input')
      const broken = { ...formOf([file]), headers: { 'content-type': 'multipart/form-data' } }
      ;(await anna.request('/media', broken)).problem('malformed-request')
      const json = { method: 'POST', json: { file: 'x' } }
      ;(await anna.request('/media', json)).problem('unsupported-media-type')
      assert.deepEqual(await app.media.files(), [])
    },
  },
  {
    id: 'media/raw-body',
    title: 'The file itself may be the body',
    host: 'the host passes on the body',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      const headers = { 'content-type': 'image/png' }
      const answer = await browser.request('/media', { method: 'POST', headers, body: picture() })
      assert.equal(shapes.Upload.parse(answer.json()).kind, 'image')
    },
  },
  {
    id: 'media/files',
    title:
      'Files are cached for ten minutes with safe headers, and support ranges and HEAD; renditions are made',
    async run(app) {
      const anna = await registerBearer(app)
      const { url, renditions } = await upload(anna)
      const whole = await app.raw(url)
      const { headers } = whole
      assert.equal(whole.status, 200)
      assert.equal(headers.get('content-type'), 'image/webp')
      assert.equal(headers.get('cache-control'), 'public, max-age=600')
      assert.equal(headers.get('x-content-type-options'), 'nosniff')
      assert.equal(headers.get('content-security-policy'), "default-src 'none'; sandbox")
      const size = Number(headers.get('content-length'))
      assert.ok(size > 0)
      const ask = (range: string) => app.raw(url, { headers: { range } })
      for (const [range, expected] of [
        ['bytes=0-9', `bytes 0-9/${size}`],
        ['bytes=10-', `bytes 10-${size - 1}/${size}`],
        ['bytes=-5', `bytes ${size - 5}-${size - 1}/${size}`],
        [`bytes=0-${size * 2}`, `bytes 0-${size - 1}/${size}`],
      ] as const) {
        const part = await ask(range)
        assert.deepEqual([part.status, part.headers.get('content-range')], [206, expected], range)
      }
      const past = await ask(`bytes=${size}-`)
      assert.deepEqual([past.status, past.headers.get('content-range')], [416, `bytes */${size}`])
      for (const odd of ['bytes=5-2', 'bytes=-', 'lines=1-2', 'bytes=0-1,3-4', 'bytes=x'])
        assert.equal((await ask(odd)).status, 200, odd)
      const known = await app.raw(url, { headers: { 'if-none-match': headers.get('etag') ?? '' } })
      assert.deepEqual([known.status, known.text], [304, ''])
      const head = await app.raw(url, { method: 'HEAD' })
      assert.deepEqual([head.status, head.text, head.headers.get('content-length')], [200, '', String(size)])
      for (const rendition of Object.values(renditions))
        assert.equal((await app.raw(rendition ?? '')).status, 200)
      assert.equal((await app.raw(`${url}/huge`)).status, 404)
      assert.equal((await app.raw(`${url.slice(0, -1)}x`)).status, 404)
    },
  },
  {
    id: 'media/avatar-and-cover',
    title: 'Avatar and cover are set from uploads and removed; an avatar is drawn if none is set',
    async run(app) {
      const anna = await registerBearer(app)
      const plain = anna.user.avatar.url
      const drawn = await app.raw(plain)
      assert.deepEqual([drawn.status, drawn.headers.get('content-type')], [200, 'image/png'])
      for (const use of ['avatar', 'cover'] as const) {
        const put = (media: string) => anna.put(`/users/me/${use}`, { media })
        const first = await upload(anna)
        assert.equal((await put(first.id)).user()[use]?.url, first.url)
        const second = await upload(anna, picture('other'))
        assert.equal((await put(second.id)).user()[use]?.url, second.url)
        assert.equal((await app.raw(first.url)).status, 404, 'the one before is gone')
        ;(await put(second.id)).problem('media-not-found')
        const cleared = (await anna.delete(`/users/me/${use}`)).user()
        assert.equal(cleared[use]?.url ?? null, use === 'avatar' ? plain : null)
      }
      const foreign = await upload(await registerBearer(app, 'ben'))
      const json = { media: foreign.id }
      ;(await anna.put('/users/me/avatar', json)).problem('media-not-found')
    },
  },
  {
    id: 'media/unused',
    title: 'Uploads that are unused for a day are removed by upkeep with their files',
    async run(app) {
      const anna = await registerBearer(app)
      const { url } = await upload(anna)
      app.advance(86_399)
      await app.kith.upkeep.run()
      assert.equal((await app.raw(url)).status, 200)
      app.advance(2)
      assert.equal((await app.kith.upkeep.run()).media, 1)
      assert.equal((await app.raw(url)).status, 404)
      assert.deepEqual(await app.media.files(), [])
    },
  },
  ...[
    { what: 'never responds', captions: silent },
    { what: 'fails', captions: failing },
  ].map(({ what, captions }): Journey => ({
    id: `media/captions-${captions.name}`,
    title: `A caption writer that ${what} causes a clear problem and does not block posting`,
    setup: { captions },
    async run(app) {
      const anna = await registerBearer(app)
      const { id } = await upload(anna)
      const asked = await anna.post(`/media/${id}/captions`, {})
      assert.equal(asked.problem('captions-unavailable').status, 503)
      const posted = await anna.post('/posts', { media: [id] })
      assert.equal(posted.status, 201)
    },
  })),
  {
    id: 'media/captions',
    title: "Captions are suggested only for the account's own pictures, and their options are validated",
    async run(app) {
      const anna = await registerBearer(app)
      const ben = await registerBearer(app, 'ben')
      const { id } = await upload(anna)
      const ask = (json: object) => anna.post(`/media/${id}/captions`, json)
      ;(await ben.post(`/media/${id}/captions`, {})).problem('media-not-found')
      for (const json of [
        { count: 0 },
        { count: 6 },
        { language: 'not a tag' },
        { hint: 'x'.repeat(301) },
        { hint: 'a\0' },
        { prompt: 'x' },
      ])
        (await ask(json)).problem('invalid-input')
      const { suggestions } = shapes.Captions.parse((await ask({ language: 'de', count: 2 })).json())
      assert.equal(new Set(suggestions).size, 2)
    },
  },
]
