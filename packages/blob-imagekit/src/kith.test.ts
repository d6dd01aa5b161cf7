import { createKith, type Kith, type KithOptions, type Viewer } from '@kith/core'
import { drawDefaultAvatar } from '@kith/core/adapter'
import { createMemoryStorage } from '@kith/core/memory'
import { createSharpImages } from '@kith/media-sharp'
import { describe, expect, test } from 'vitest'
import { startProxy } from '../../../test/servers/proxy.ts'
import type { ImageKitDouble } from '../test/double/imagekit-double.ts'
import { type Fate, movedTo, startFaultyFront } from '../test/faulty-front.ts'
import { type Account, makeFolder, openMedia, startAccount } from '../test/imagekit-media.ts'
import { errorOf, type Finished, picture } from '../../../test/blob-samples.ts'
import { contents, view } from '../test/samples.ts'
import { createImageKitCaptions, type ImageKitMedia } from './index.ts'

const day = 86_400_000
const bytes = drawDefaultAvatar('anna')

interface App {
  kith: Kith
  viewer: Viewer
  media: ImageKitMedia
  /** The contents of the media library. */
  kept(): string[]
  /** Runs upkeep as if this many days had passed. */
  upkeep(days: number): Promise<unknown>
}

// Starting its processes takes longer than most of a test.
const images = createSharpImages()

async function open(double: ImageKitDouble, account: Account, finished: Finished): Promise<App> {
  const media = openMedia(account, {}, finished)
  const { client, folder } = media
  const options: KithOptions = {
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
    passwords: { memoryKiB: 8, iterations: 1 },
    logger: { warn() {}, error() {} },
    media: {
      blobs: media.blobs,
      direct: media.direct,
      images,
      temporaryDirectory: makeFolder(finished),
    },
    captions: { writer: createImageKitCaptions({ client, folder }), timeout: '10s' },
  }
  const kith = createKith(options)
  const { user, session } = await kith.accounts.register({ username: 'anna', password: 'correct horse' })
  return {
    kith,
    viewer: { userId: user.id, sessionId: session.id },
    media,
    kept: () => contents(double, folder),
    upkeep: (days) => createKith({ ...options, clock: () => new Date(Date.now() + days * day) }).upkeep.run(),
  }
}

/** Announces a picture and uploads it, as a browser does. */
async function send(
  { kith, viewer }: App,
  origin: string,
): Promise<{ id: string; again: () => Promise<Response> }> {
  const { id, upload } = await kith.uploads.sign(viewer, { contentType: 'image/png', size: bytes.length })
  const deliver = (): Promise<Response> => {
    const body = new FormData()
    for (const [name, value] of Object.entries(upload.form?.fields ?? {})) body.append(name, value)
    body.append(upload.form?.file ?? 'file', new Blob([Uint8Array.from(bytes)]))
    return fetch(origin + new URL(upload.url).pathname, { method: upload.method, body })
  }
  expect((await deliver()).status).toBe(200)
  return { id, again: deliver }
}

// The tests mostly wait, so they run concurrently.
describe.concurrent('Kith with its media at ImageKit', () => {
  test('a picture is uploaded, confirmed, captioned, posted, visible, and removed with its post', async ({
    onTestFinished,
  }) => {
    const double = await startAccount({}, onTestFinished)
    const app = await open(double, double, onTestFinished)
    const { kith, viewer, media } = app
    const { id, again } = await send(app, double.url)
    expect(app.kept()).toEqual([`staged/${id}/…`])
    expect(await kith.uploads.confirm(viewer, id)).toMatchObject({ id, width: 320, height: 320 })
    expect(app.kept()).toEqual([`blobs/${id}/original`])
    expect(await kith.captions.suggest(viewer, id)).toEqual({ suggestions: ['A picture.'] })
    const post = await kith.posts.create(viewer, { media: [{ id, alt: 'Anna' }] })
    expect(post.media[0]?.url).toBe(`/api/v1/media/files/${id}`)
    expect((await view(media.blobs, id, 'feed'))?.length).toBeGreaterThan(100)
    // Once is enough.
    expect((await again()).status).toBe(400)
    await kith.posts.remove(viewer, post.id)
    expect(app.kept()).toEqual([])
    await app.upkeep(2)
    expect(app.kept()).toEqual([])
  })

  test('a file that was sent but never confirmed is removed two days later', async ({ onTestFinished }) => {
    const double = await startAccount({}, onTestFinished)
    const app = await open(double, double, onTestFinished)
    await send(app, double.url)
    await app.upkeep(0)
    expect(app.kept()).toHaveLength(1)
    await app.upkeep(2)
    expect(app.kept()).toEqual([])
  })

  test('an unreachable ImageKit is a 503, and later the file is confirmed without sending it again', async ({
    onTestFinished,
  }) => {
    const double = await startAccount({}, onTestFinished)
    const proxy = await startProxy(double)
    onTestFinished(() => proxy.close())
    const app = await open(double, movedTo(double, `http://${proxy.host}:${proxy.port}`), onTestFinished)
    const { id } = await send(app, double.url)
    await proxy.cut()
    const error = await errorOf(() => app.kith.uploads.confirm(app.viewer, id))
    expect(error).toMatchObject({ code: 'media-unavailable', status: 503 })
    await proxy.heal()
    expect((await app.kith.uploads.confirm(app.viewer, id)).id).toBe(id)
    expect(app.kept()).toEqual([`blobs/${id}/original`])
  })

  test(
    'an upload that fails permanently leaves neither rows nor files two days later',
    { timeout: 30_000 },
    async ({ onTestFinished }) => {
      const double = await startAccount({}, onTestFinished)
      const proxy = await startProxy(double)
      onTestFinished(() => proxy.close())
      const app = await open(double, movedTo(double, `http://${proxy.host}:${proxy.port}`), onTestFinished)
      await proxy.cut()
      const error = await errorOf(() => app.kith.uploads.add(app.viewer, picture()))
      expect(error).toMatchObject({ code: 'media-unavailable' })
      await proxy.heal()
      expect(await app.upkeep(2)).toMatchObject({ media: 1 })
      expect(app.kept()).toEqual([])
    },
  )

  test(
    'an upload that was stored without a response leaves nothing two days later',
    { timeout: 60_000 },
    async ({ onTestFinished }) => {
      const double = await startAccount({}, onTestFinished)
      const front = await startFaultyFront(double, onTestFinished)
      const app = await open(double, front.account, onTestFinished)
      front.meet(/^POST .*upload$/, Array<Fate>(9).fill('lose-answer'))
      const error = await errorOf(() => app.kith.uploads.add(app.viewer, picture()))
      expect(error).toMatchObject({ code: 'media-unavailable' })
      expect(app.kept()).toHaveLength(1)
      expect(await app.upkeep(2)).toMatchObject({ media: 1 })
      expect(app.kept()).toEqual([])
    },
  )

  test('caches that could not be purged with their post are purged by upkeep', async ({
    expect,
    onTestFinished,
  }) => {
    const double = await startAccount({}, onTestFinished)
    const front = await startFaultyFront(double, onTestFinished)
    const app = await open(double, front.account, onTestFinished)
    const { id } = await app.kith.uploads.add(app.viewer, picture())
    const post = await app.kith.posts.create(app.viewer, { media: [{ id, alt: 'Anna' }] })
    const seen = (): Promise<Buffer | null> => view(app.media.blobs, id, 'feed')
    expect(await seen()).not.toBeNull()
    front.meet(/purge$/, Array<Fate>(6).fill({ status: 429 }))
    await app.kith.posts.remove(app.viewer, post.id)
    await app.kith.settled()
    expect(await app.upkeep(0)).toMatchObject({ failed: ['media'] })
    expect(app.kept()).toEqual([])
    expect(await seen()).not.toBeNull()
    expect(await app.upkeep(0)).toMatchObject({ media: 1, failed: [] })
    await expect.poll(seen, { timeout: 20_000 }).toBeNull()
  })

  test('files that could not be removed with their post are removed by upkeep', async ({
    onTestFinished,
  }) => {
    const double = await startAccount({}, onTestFinished)
    const front = await startFaultyFront(double, onTestFinished)
    const app = await open(double, front.account, onTestFinished)
    const { id } = await app.kith.uploads.add(app.viewer, picture())
    const post = await app.kith.posts.create(app.viewer, { media: [{ id, alt: 'Anna' }] })
    front.meet(/^DELETE/, Array<Fate>(3).fill({ status: 503 }))
    await app.kith.posts.remove(app.viewer, post.id)
    expect(app.kept()).toEqual([`blobs/${id}/original`])
    await app.upkeep(0)
    expect(app.kept()).toEqual([])
  })
})
