import { readdirSync } from 'node:fs'
import { createMemoryBlobs } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { mountSmallDisk } from '../../../test/small-disk.ts'
import { copyingImages, picture } from './copying-images.ts'
import { createInstance } from './instance.ts'

async function* pictureOf(bytes: number): AsyncGenerator<Uint8Array> {
  yield* picture()
  for (let sent = 0; sent < bytes; sent += 10_000) yield Buffer.alloc(10_000)
}

test('an upload to a full temporary disk is storage-full and leaves nothing; a smaller one is accepted', async (context) => {
  const { directory: temporaryDirectory } = mountSmallDisk(context, 'size=128k')
  const media = { blobs: createMemoryBlobs(), images: copyingImages, temporaryDirectory }
  const { kith } = createInstance({ media })
  const { user, session } = await kith.accounts.register({ username: 'ana', password: 'correct horse' })
  const viewer = { userId: user.id, sessionId: session.id }
  // The first file itself does not fit; for the second, its copy does not.
  for (const bytes of [200_000, 90_000]) {
    await expect(kith.uploads.add(viewer, pictureOf(bytes))).rejects.toMatchObject({
      code: 'storage-full',
      retryAfterSeconds: 60,
      cause: { code: 'ENOSPC' },
    })
    expect(readdirSync(temporaryDirectory)).toEqual([])
  }
  expect(await kith.uploads.add(viewer, pictureOf(20_000))).toMatchObject({ kind: 'image' })
})
