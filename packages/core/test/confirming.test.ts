import type { Kith, KithOptions, Upload, Viewer } from '@kith/core'
import type { ImageProcessor } from '@kith/core/ports'
import { createMemoryStorage } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { copyingImages } from './copying-images.ts'
import { codeOf, counting, createInstance, type Instance } from './instance.ts'
import { createMediaHost } from './media-host.ts'

const announced = { contentType: 'image/png', size: 16 } as const

/** Two processes that share a storage and a media host, with their calls and decodings counted. */
async function openTwo(images: Partial<ImageProcessor> = {}, options: Partial<KithOptions> = {}) {
  const host = createMediaHost(() => new Date('2026-01-01T00:00:00Z'))
  const direct = counting(host.direct)
  const decoding = counting({ ...copyingImages, ...images })
  const shared = {
    storage: createMemoryStorage(),
    media: { blobs: host.blobs, direct: direct.port, images: decoding.port },
    ...options,
  }
  const [one, two] = [createInstance(shared), createInstance(shared)] as const
  const { user, session } = await one.kith.accounts.register({ username: 'ana', password: 'correct horse' })
  const viewer: Viewer = { userId: user.id, sessionId: session.id }
  const times = (calls: string[], name: string): number => calls.filter((call) => call === name).length
  return {
    one,
    two,
    viewer,
    send: host.send,
    asked: () => times(direct.calls, 'confirm') + times(direct.calls, 'read'),
    decoded: () => times(decoding.calls, 'normalize'),
  }
}

function confirmOften({ kith }: Instance, viewer: Viewer, id: string): Promise<Upload>[] {
  return Array.from({ length: 20 }, () => kith.uploads.confirm(viewer, id))
}

test('40 concurrent confirms of one upload, in two processes, read and decode it once', async () => {
  const { one, two, viewer, send, asked, decoded } = await openTwo()
  const { id } = await one.kith.uploads.sign(viewer, announced)
  send(id)
  const uploads = await Promise.all([one, two].flatMap((each) => confirmOften(each, viewer, id)))
  expect(new Set(uploads.map((upload) => upload.id))).toEqual(new Set([id]))
  expect([asked(), decoded()]).toEqual([2, 1])
})

test('after a confirm fails, the next try can start, even in another process', async () => {
  let fails = true
  const { one, two, viewer, send } = await openTwo({
    async normalize(...args) {
      if (fails) throw new Error('out of luck')
      return await copyingImages.normalize(...args)
    },
  })
  const { id } = await one.kith.uploads.sign(viewer, announced)
  send(id)
  await expect(one.kith.uploads.confirm(viewer, id)).rejects.toThrow('out of luck')
  fails = false
  expect((await two.kith.uploads.confirm(viewer, id)).id).toBe(id)
})

test('a process that died during a confirm blocks the upload for only five minutes', async () => {
  const { one, viewer, send } = await openTwo()
  const { id } = await one.kith.uploads.sign(viewer, announced)
  send(id)
  const now = new Date('2026-01-01T00:00:00Z')
  const until = new Date(now.getTime() + 300_000)
  await one.kith.storage.media.claim({ id, by: 'a process that died', now, until })
  one.advance(300)
  expect((await one.kith.uploads.confirm(viewer, id)).id).toBe(id)
})

test('for a file that does not arrive, the host is called three times immediately, and then after growing waits', async () => {
  const { one, two, viewer, send, asked } = await openTwo()
  const { id } = await one.kith.uploads.sign(viewer, announced)
  const codes: string[] = []
  for (let index = 0; index < 10; index++) codes.push(await codeOf(one.kith.uploads.confirm(viewer, id)))
  expect(codes).toEqual([
    ...Array<string>(3).fill('media-not-found'),
    ...Array<string>(7).fill('rate-limited'),
  ])
  expect(asked()).toBe(3)
  for (const [seconds, more] of [
    [60, 3],
    [60, 0],
    [480, 3],
    [600, 1],
    [60, 0],
  ] as const) {
    one.advance(seconds)
    const before = asked()
    for (let index = 0; index < 5; index++) await codeOf(one.kith.uploads.confirm(viewer, id))
    expect(asked() - before, `after ${seconds} s`).toBe(more)
  }
  // A file that arrives late is confirmed after the wait.
  send(id)
  two.advance(3_600)
  expect((await two.kith.uploads.confirm(viewer, id)).id).toBe(id)
})

test('an account can make 60 confirms an hour, for any uploads; an unknown id causes no call to the host', async () => {
  const { one, viewer, asked } = await openTwo()
  const signed: string[] = []
  for (let index = 0; index < 30; index++) signed.push((await one.kith.uploads.sign(viewer, announced)).id)
  const codes: string[] = []
  for (const id of signed) codes.push(await codeOf(one.kith.uploads.confirm(viewer, id)))
  expect(asked()).toBe(30)
  for (let index = 0; index < 470; index++)
    codes.push(await codeOf(one.kith.uploads.confirm(viewer, `made-up-${index}`)))
  expect(asked()).toBe(30)
  expect(codes.filter((code) => code === 'media-not-found')).toHaveLength(60)
  expect(codes.filter((code) => code === 'rate-limited')).toHaveLength(440)
})

test('a confirmed upload can be requested again without a call to the host, but only by its owner', async () => {
  const { one, viewer, send, asked } = await openTwo()
  const { id } = await one.kith.uploads.sign(viewer, announced)
  send(id)
  const ben = await signUp(one.kith, 'ben')
  const [mine, foreign] = await Promise.all([
    one.kith.uploads.confirm(viewer, id),
    codeOf(one.kith.uploads.confirm(ben, id)),
  ])
  expect([mine.id, foreign]).toEqual([id, 'media-not-found'])
  const before = asked()
  for (let index = 0; index < 20; index++) await one.kith.uploads.confirm(viewer, id)
  expect(asked()).toBe(before)
})

async function signUp(kith: Kith, username: string): Promise<Viewer> {
  const { user, session } = await kith.accounts.register({ username, password: 'correct horse' })
  return { userId: user.id, sessionId: session.id }
}
