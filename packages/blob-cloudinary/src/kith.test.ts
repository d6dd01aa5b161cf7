import { createKith, type Kith, type KithOptions, type Viewer } from '@kith/core'
import { drawDefaultAvatar } from '@kith/core/adapter'
import { createMemoryStorage } from '@kith/core/memory'
import { createSharpImages } from '@kith/media-sharp'
import { expect, onTestFinished, test } from 'vitest'
import { startProxy } from '../../../test/servers/proxy.ts'
import { describeWithDouble, grantedBlobs, openMedia, optionsOf } from '../test/cloudinary-media.ts'
import type { CloudinaryDouble } from '../test/double/cloudinary-double.ts'
import { startFaultyFront } from '../test/faulty-front.ts'
import { bytesAt, errorOf, picture, sendSigned } from '../../../test/blob-samples.ts'
import { createCloudinaryCaptions } from './index.ts'

const day = 86_400_000
const bytes = drawDefaultAvatar('anna')
const soon = (): Date => new Date(Date.now() + 60_000)

interface App {
  kith: Kith
  viewer: Viewer
  media: ReturnType<typeof openMedia>
  /** The assets at Cloudinary. */
  kept(): string[]
  /** Runs upkeep as if this many days had passed. */
  upkeep(days: number): Promise<unknown>
}

// Starting its processes takes longer than most of a test.
const images = createSharpImages()

async function open(double: CloudinaryDouble, apiUrl: string = double.apiUrl): Promise<App> {
  const media = openMedia(double, { apiUrl })
  const captions = createCloudinaryCaptions({ ...optionsOf(double), folder: media.folder })
  const options: KithOptions = {
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
    passwords: { memoryKiB: 8, iterations: 1 },
    media: { blobs: media.blobs, direct: media.direct, images },
    captions,
  }
  const kith = createKith(options)
  const { user, session } = await kith.accounts.register({ username: 'anna', password: 'correct horse' })
  return {
    kith,
    viewer: { userId: user.id, sessionId: session.id },
    media,
    kept() {
      const ids = double.assets.all().map(({ publicId }) => publicId)
      return ids
        .filter((id) => id.startsWith(`${media.folder}/`))
        .map((id) => id.slice(media.folder.length + 1))
    },
    upkeep: (days) => createKith({ ...options, clock: () => new Date(Date.now() + days * day) }).upkeep.run(),
  }
}

/** Announces a picture and uploads it to the double, as a browser does. Returns the id. */
async function deliver({ kith, viewer }: App, { apiUrl }: CloudinaryDouble) {
  const { id, upload } = await kith.uploads.sign(viewer, { contentType: 'image/png', size: bytes.length })
  const url = upload.url.replace(/^.*?\/v1_1/, `${apiUrl}/v1_1`)
  const again = (): Promise<Response> => sendSigned({ ...upload, url }, bytes)
  expect((await again()).ok).toBe(true)
  return { id, again }
}

describeWithDouble('Kith with its media at Cloudinary', {}, (double) => {
  test('a picture is uploaded, confirmed, captioned, posted, visible, and removed with its post', async () => {
    const app = await open(double())
    const { kith, viewer, media } = app
    const { id, again } = await deliver(app, double())
    expect(app.kept()).toEqual([`staged/${id}`])
    expect(await kith.uploads.confirm(viewer, id)).toMatchObject({ id, width: 320, height: 320 })
    expect(app.kept()).toEqual([`blobs/${id}`])
    expect(await kith.captions.suggest(viewer, id)).toMatchObject({
      suggestions: ['A cat sitting on a table'],
    })
    const post = await kith.posts.create(viewer, { media: [{ id, alt: 'Anna' }] })
    expect(post.media[0]?.url).toBe(`/api/v1/media/files/${id}`)
    for (const rendition of [null, 'thumb'] as const) {
      const url = await grantedBlobs(media).grant(id, rendition, { until: soon(), kind: 'image' })
      expect((await bytesAt(url))?.subarray(8, 12).toString()).toBe('WEBP')
    }
    expect((await again()).ok).toBe(true)
    await kith.posts.remove(viewer, post.id)
    expect(app.kept()).toEqual([`staged/${id}`])
    await app.upkeep(2)
    expect(app.kept()).toEqual([])
  })

  test('a file uploaded through the server is stored, and removed two days later if it is unused', async () => {
    const app = await open(double())
    const { id } = await app.kith.uploads.add(app.viewer, picture())
    expect(app.kept()).toEqual([`blobs/${id}`])
    await app.upkeep(2)
    expect(app.kept()).toEqual([])
  })

  test('a file that was sent but never confirmed is removed two days later', async () => {
    const app = await open(double())
    await deliver(app, double())
    await app.upkeep(0)
    expect(app.kept()).toHaveLength(1)
    await app.upkeep(2)
    expect(app.kept()).toEqual([])
  })

  test('a file with another size than announced is accepted, and one that is not a picture is refused', async () => {
    const app = await open(double())
    const { kith, viewer } = app
    const announce = () => kith.uploads.sign(viewer, { contentType: 'image/png', size: 10 })
    const [larger, none] = [await announce(), await announce()]
    expect((await sendSigned(larger.upload, bytes)).ok).toBe(true)
    expect((await kith.uploads.confirm(viewer, larger.id)).id).toBe(larger.id)
    expect((await sendSigned(none.upload, Buffer.from('<html>'))).status).toBe(400)
    const confirm = (): Promise<unknown> => kith.uploads.confirm(viewer, none.id)
    expect(await errorOf(confirm)).toMatchObject({ code: 'media-not-found' })
    await app.upkeep(2)
    expect(app.kept()).toEqual([])
  })

  test('an unreachable account is a 503, and later the file is confirmed without sending it again', async () => {
    const proxy = await startProxy(double())
    onTestFinished(() => proxy.close())
    const app = await open(double(), `http://${proxy.host}:${proxy.port}`)
    const { id } = await deliver(app, double())
    await proxy.cut()
    const error = await errorOf(() => app.kith.uploads.confirm(app.viewer, id))
    expect(error).toMatchObject({ code: 'media-unavailable', status: 503 })
    await proxy.heal()
    expect((await app.kith.uploads.confirm(app.viewer, id)).id).toBe(id)
    expect(app.kept()).toEqual([`blobs/${id}`])
  })

  test('an upload whose responses are all lost leaves no unknown asset', async () => {
    const front = await startFaultyFront(double())
    const app = await open(double(), front.origin)
    front.decide((what) => (what.includes('upload') ? 'lose-answer' : 'pass'))
    const error = await errorOf(() => app.kith.uploads.add(app.viewer, picture()))
    expect(error).toMatchObject({ code: 'media-unavailable' })
    expect(app.kept()).toHaveLength(1)
    expect(await app.upkeep(2)).toMatchObject({ media: 1 })
    expect(app.kept()).toEqual([])
  })

  test('an upload that fails permanently leaves neither rows nor assets two days later', async () => {
    const proxy = await startProxy(double())
    onTestFinished(() => proxy.close())
    const app = await open(double(), `http://${proxy.host}:${proxy.port}`)
    await proxy.cut()
    const error = await errorOf(() => app.kith.uploads.add(app.viewer, picture()))
    expect(error).toMatchObject({ code: 'media-unavailable' })
    await proxy.heal()
    expect(await app.upkeep(2)).toMatchObject({ media: 1 })
    expect(app.kept()).toEqual([])
  })
})
