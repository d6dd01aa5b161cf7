import { expect, test } from 'vitest'
import type { BlobStore } from './blob-store.ts'
import { toImage } from './image.ts'
import type { MediaRecord } from './media-store.ts'

/** Keeps images and videos in different places, as hosts do. */
const blobs: BlobStore = {
  async put() {},
  async remove() {},
  list: async () => ({ blobs: [], next: null }),
  present: async () => [],
  url: (key, rendition, kind = 'image') => `/${kind}/${key}/${rendition ?? 'original'}`,
}

test.each(['image', 'video'] as const)('the address of what is stored says that it is: %s', (kind) => {
  const record: MediaRecord = {
    id: 'a',
    ownerId: 'b',
    kind,
    contentType: kind === 'image' ? 'image/webp' : 'video/mp4',
    createdAt: new Date(),
    state: 'ready',
    measures: null,
    attachment: null,
  }
  expect(toImage(blobs, record).url).toBe(`/${kind}/a/original`)
  expect(toImage(blobs, record).renditions.feed).toBe('/image/a/feed')
})
