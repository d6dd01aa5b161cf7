import { expect, test } from 'vitest'
import { createMemoryBlobs } from '../memory/memory-blobs.ts'
import type { BlobStore } from './blob-store.ts'
import { toImage } from './image.ts'
import type { MediaRecord } from './media-store.ts'

/** Stores images and videos under different paths, as media hosts do. */
const blobs: BlobStore = {
  kind: 'public',
  async put() {},
  async remove() {},
  list: async () => ({ blobs: [], next: null }),
  present: async () => [],
  url: (key, rendition, kind = 'image') => `/${kind}/${key}/${rendition ?? 'original'}`,
}

function recordOf(kind: 'image' | 'video'): MediaRecord {
  return {
    id: 'a',
    ownerId: 'b',
    kind,
    contentType: kind === 'image' ? 'image/webp' : 'video/mp4',
    createdAt: new Date(),
    state: 'ready',
    measures: null,
    attachment: null,
  }
}

test.each(['image', 'video'] as const)('the URL of public media contains its kind: %s', (kind) => {
  const record = recordOf(kind)
  expect(toImage({ blobs, url: '/api/v1/media' }, record).url).toBe(`/${kind}/a/original`)
  expect(toImage({ blobs, url: '/api/v1/media' }, record).renditions.feed).toBe('/image/a/feed')
})

test.each([createMemoryBlobs(), null])('media that Kith serves gets the URL of its route', (blobs) => {
  const { url, renditions } = toImage({ blobs, url: 'https://api.example/v2/media' }, recordOf('image'))
  expect(url).toBe('https://api.example/v2/media/files/a')
  expect(renditions.feed).toBe('https://api.example/v2/media/files/a/feed')
})
