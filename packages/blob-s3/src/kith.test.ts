import { createKith, type Kith, type KithOptions, type Viewer } from '@kith/core'
import { drawDefaultAvatar } from '@kith/core/adapter'
import { createMemoryStorage } from '@kith/core/memory'
import { createSharpImages } from '@kith/media-sharp'
import { expect, onTestFinished, test, vi } from 'vitest'
import { describeWithS3 } from '../../../test/servers/describe-servers.ts'
import { startProxy } from '../../../test/servers/proxy.ts'
import type { S3Server } from '../../../test/servers/s3-server.ts'
import { connect, makeFolder, openMedia } from '../test/s3-media.ts'
import { errorOf, picture } from '../../../test/blob-samples.ts'
import { contents, sizeOf } from '../test/samples.ts'

const day = 86_400_000
const bytes = drawDefaultAvatar('anna')

interface App {
  kith: Kith
  viewer: Viewer
  media: ReturnType<typeof openMedia>
  options: KithOptions
  /** The contents of the bucket. */
  kept(): Promise<{ objects: string[]; uploads: string[] }>
  /** Runs upkeep as if this many days had passed. */
  upkeep(days: number): Promise<unknown>
}

// Starting its processes takes longer than most of a test.
const images = createSharpImages()

async function open(server: S3Server, direct: S3Server = server): Promise<App> {
  const prefix = server.freshPrefix()
  const media = openMedia(server, { prefix })
  const storage = createMemoryStorage()
  const options: KithOptions = {
    secret: 'a secret of the tests, of 32 characters or more',
    storage,
    passwords: { memoryKiB: 8, iterations: 1 },
    media: {
      blobs: media.blobs,
      direct: media.direct,
      images,
      temporaryDirectory: makeFolder(),
    },
  }
  const kith = createKith(options)
  const { user, session } = await kith.accounts.register({ username: 'anna', password: 'correct horse' })
  const client = connect(direct)
  return {
    kith,
    viewer: { userId: user.id, sessionId: session.id },
    media,
    options,
    kept: () => contents(client, server, prefix),
    upkeep: (days) => createKith({ ...options, clock: () => new Date(Date.now() + days * day) }).upkeep.run(),
  }
}

/** Announces a picture and uploads it, as a browser does. Returns the id. */
async function send({ kith, viewer }: App): Promise<{ id: string; again: () => Promise<Response> }> {
  const { id, upload } = await kith.uploads.sign(viewer, { contentType: 'image/png', size: bytes.length })
  const deliver = (): Promise<Response> => {
    const body = new FormData()
    for (const [name, value] of Object.entries(upload.form?.fields ?? {})) body.append(name, value)
    body.append(upload.form?.file ?? 'file', new Blob([Uint8Array.from(bytes)]))
    return fetch(upload.url, { method: upload.method, body })
  }
  expect((await deliver()).ok).toBe(true)
  return { id, again: deliver }
}

await describeWithS3('Kith with its media in a bucket', {}, (s3) => {
  test('a picture is uploaded, confirmed, posted, visible, and removed with its post', async () => {
    const app = await open(s3())
    const { kith, viewer, media } = app
    const { id, again } = await send(app)
    expect((await app.kept()).objects).toEqual([`staged/${id}`])
    expect(await kith.uploads.confirm(viewer, id)).toMatchObject({ id, width: 320, height: 320 })
    const renditions = ['feed', 'full', 'original', 'thumb'].map((name) => `blobs/${id}/${name}`)
    expect((await app.kept()).objects).toEqual(renditions)
    const post = await kith.posts.create(viewer, { media: [{ id, alt: 'Anna' }] })
    expect(post.media[0]?.url).toBe(`/api/v1/media/files/${id}`)
    expect(await sizeOf(media.blobs, id)).toBeGreaterThan(100)
    expect((await again()).ok).toBe(true)
    await kith.posts.remove(viewer, post.id)
    expect((await app.kept()).objects).toEqual([`staged/${id}`])
    await app.upkeep(2)
    expect(await app.kept()).toEqual({ objects: [], uploads: [] })
  })

  test('a file that was sent but never confirmed is removed two days later', async () => {
    const app = await open(s3())
    await send(app)
    await app.upkeep(0)
    expect((await app.kept()).objects).toHaveLength(1)
    await app.upkeep(2)
    expect((await app.kept()).objects).toEqual([])
  })

  test('an unreachable bucket is a 503, and later the file is confirmed without sending it again', async () => {
    const proxy = await startProxy(s3())
    onTestFinished(() => proxy.close())
    const app = await open({ ...s3(), endpoint: `http://${proxy.host}:${proxy.port}` }, s3())
    const { id } = await send(app)
    await proxy.cut()
    const error = await errorOf(() => app.kith.uploads.confirm(app.viewer, id))
    expect(error).toMatchObject({ code: 'media-unavailable', status: 503 })
    await proxy.heal()
    expect((await app.kith.uploads.confirm(app.viewer, id)).id).toBe(id)
    expect((await app.kept()).objects).toHaveLength(4)
  })

  test('an upload that fails permanently leaves neither rows nor objects two days later', async () => {
    const proxy = await startProxy(s3())
    onTestFinished(() => proxy.close())
    const app = await open({ ...s3(), endpoint: `http://${proxy.host}:${proxy.port}` }, s3())
    // The check of the marker is cached for a second, and time stands still here.
    vi.useFakeTimers({ toFake: ['performance'] })
    onTestFinished(() => void vi.useRealTimers())
    await app.kith.uploads.add(app.viewer, picture())
    await proxy.cut()
    const error = await errorOf(() => app.kith.uploads.add(app.viewer, picture()))
    expect(error).toMatchObject({ code: 'media-unavailable' })
    await proxy.heal()
    expect(await app.upkeep(2)).toMatchObject({ media: 2 })
    expect(await app.kept()).toEqual({ objects: [], uploads: [] })
  })

  test('an upload to a bucket that was never reachable reserves nothing', async () => {
    const proxy = await startProxy(s3())
    onTestFinished(() => proxy.close())
    const app = await open({ ...s3(), endpoint: `http://${proxy.host}:${proxy.port}` }, s3())
    await proxy.cut()
    const error = await errorOf(() => app.kith.uploads.add(app.viewer, picture()))
    expect(error).toMatchObject({ code: 'media-unavailable' })
    await proxy.heal()
    expect(await app.kith.storage.media.list(null, 9)).toEqual([])
  })

  test('another prefix than that of the database is detected, and its objects stay unchanged', async () => {
    const [app, other] = [await open(s3()), await open(s3())]
    const { id } = await app.kith.uploads.add(app.viewer, picture())
    await other.kith.uploads.add(other.viewer, picture())
    const { secret, storage } = app.options
    const strayed = createKith({
      secret,
      storage,
      media: { ...other.options.media, blobs: other.media.blobs },
    })
    const before = await other.kept()
    const error = await errorOf(() => strayed.uploads.add(app.viewer, picture()))
    expect(error).toMatchObject({ code: 'storage-failed' })
    expect(await errorOf(() => strayed.upkeep.verifyMedia({ remove: true }))).toMatchObject({
      code: 'storage-failed',
    })
    expect(await other.kept()).toEqual(before)
    expect(await app.kith.upkeep.verifyMedia()).toMatchObject({
      blobs: 1,
      media: 1,
      orphanCount: 0,
      missingCount: 0,
    })
    await app.media.blobs.remove(id)
    expect((await app.kith.upkeep.verifyMedia()).missing).toMatchObject([{ id }])
  })
})
