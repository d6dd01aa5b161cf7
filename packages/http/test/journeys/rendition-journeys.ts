import assert from 'node:assert/strict'
import type { Answer } from './answer.ts'
import { registerBearer } from './clients.ts'
import type { Journey } from './journey.ts'
import type { JourneyApp } from './journey-app.ts'
import { movingPicture, upload } from './uploads.ts'

const wantsAvif = 'image/avif,image/webp,image/png,*/*;q=0.8'
const wantsWebp = 'image/webp,*/*'

/** Values of `Accept`, and whether they request AVIF. */
const wishes: readonly [accept: string, means: boolean][] = [
  [wantsAvif, true],
  ['image/webp, IMAGE/AVIF', true],
  ['image/webp,image/avif;q=0.001', true],
  ['text/html, image/avif ; a=b; q=1.0', true],
  [wantsWebp, false],
  ['*/*', false],
  ['image/*', false],
  ['', false],
  ['image/avif;q=0', false],
  ['image/avif; Q=0.000,image/webp', false],
  ['image/avif-sequence,text/image/avif', false],
]

/** The format of renditions, and how caches separate the formats. */
export const renditionJourneys: readonly Journey[] = [
  {
    id: 'rendition/format',
    title: 'AVIF is served to clients that list it in Accept, and WebP to all others',
    async run(app) {
      const { url, renditions } = await upload(await registerBearer(app))
      for (const rendition of Object.values(renditions)) {
        for (const [accept, means] of wishes) {
          const answer = await ask(app, rendition, { accept })
          const expected = means && offersAvif(app) ? 'image/avif' : 'image/webp'
          assert.deepEqual([answer.status, typeOf(answer)], [200, expected], accept)
          assert.ok(
            answer.text.slice(0, 32).includes(expected === 'image/avif' ? 'ftypavif' : 'WEBP'),
            accept,
          )
        }
        assert.equal(typeOf(await app.raw(rendition)), 'image/webp')
      }
      const original = await ask(app, url, { accept: wantsAvif })
      assert.deepEqual([typeOf(original), varies(original)], ['image/webp', false])
    },
  },
  {
    id: 'rendition/caches',
    title: 'Each format is a separate file for caches, with its own tag, size, ranges and 304',
    async run(app) {
      const { renditions } = await upload(await registerBearer(app))
      const address = renditions.feed ?? ''
      const [avif, webp] = [
        await ask(app, address, { accept: wantsAvif }),
        await ask(app, address, { accept: wantsWebp }),
      ]
      const [avifTag, webpTag] = [avif, webp].map(({ headers }) => headers.get('etag') ?? '') as [
        string,
        string,
      ]
      assert.equal(avifTag === webpTag, !offersAvif(app))
      for (const [accept, whole, tag] of [
        [wantsAvif, avif, avifTag],
        [wantsWebp, webp, webpTag],
      ] as const) {
        const size = Number(whole.headers.get('content-length'))
        const other = tag === avifTag ? webpTag : avifTag
        const known = [tag, `W/${tag}`, `"other", ${tag}`, `${avifTag},${webpTag}`, '*']
        for (const match of known) {
          const answer = await ask(app, address, { accept, 'if-none-match': match })
          assert.deepEqual([answer.status, answer.text, answer.headers.get('etag')], [304, '', tag], match)
          assert.equal(answer.headers.get('cache-control'), whole.headers.get('cache-control'))
          assert.equal(varies(answer), offersAvif(app))
        }
        const part = await ask(app, address, { accept, range: 'bytes=4-', 'if-range': tag })
        assert.deepEqual(
          [part.status, part.headers.get('content-range'), part.headers.get('etag')],
          [206, `bytes 4-${size - 1}/${size}`, tag],
        )
        const past = await ask(app, address, { accept, range: `bytes=${size}-` })
        assert.deepEqual([past.status, past.headers.get('content-range')], [416, `bytes */${size}`])
        const head = await app.raw(address, { method: 'HEAD', headers: { accept } })
        assert.equal(head.headers.get('content-length'), String(size))
        for (const answer of [whole, part, past, head]) assert.equal(varies(answer), offersAvif(app))
        if (!offersAvif(app)) continue
        assert.equal((await ask(app, address, { accept, 'if-none-match': other })).status, 200)
        assert.equal((await ask(app, address, { accept, range: 'bytes=4-', 'if-range': other })).status, 200)
      }
    },
  },
  {
    id: 'rendition/animation',
    title: 'An animation stays animated, as WebP, even for clients that list AVIF',
    async run(app) {
      const { renditions } = await upload(await registerBearer(app), movingPicture)
      for (const address of [renditions.feed, renditions.full]) {
        const tags = new Set<string | null>()
        for (const accept of [wantsAvif, wantsWebp]) {
          const answer = await ask(app, address, { accept })
          assert.equal(typeOf(answer), 'image/webp')
          assert.equal(answer.text.split('ANMF').length - 1, 2)
          tags.add(answer.headers.get('etag'))
        }
        assert.equal(tags.size, 1)
      }
    },
  },
  {
    id: 'rendition/removed',
    title: 'All formats of a rendition are removed with their picture',
    async run(app) {
      const { renditions } = await upload(await registerBearer(app))
      const askAll = (): Promise<Answer[]> =>
        Promise.all(
          Object.values(renditions).flatMap((address) =>
            [wantsAvif, wantsWebp].map((accept) => ask(app, address, { accept })),
          ),
        )
      assert.deepEqual(new Set((await askAll()).map(({ status }) => status)), new Set([200]))
      app.advance(86_401)
      await app.kith.upkeep.run()
      assert.deepEqual(new Set((await askAll()).map(({ status }) => status)), new Set([404]))
      assert.deepEqual(await app.media.files(), [])
    },
  },
]

function ask(
  app: JourneyApp,
  address: string = '',
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  return app.raw(address, { headers })
}

function offersAvif({ media }: JourneyApp): boolean {
  const { blobs } = media.options
  return blobs.kind === 'served' && blobs.formats.includes('avif')
}

function typeOf({ headers }: Answer): string | null {
  return headers.get('content-type')
}

function varies({ headers }: Answer): boolean {
  return /\bAccept\b(?!-)/i.test(headers.get('vary') ?? '')
}
