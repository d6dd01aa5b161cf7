import type { PublicBlobStore, ServedBlobStore } from '@kith/core/ports'
import { createMemoryBlobs } from '@kith/core/memory'
import { testFlaws } from '../../../test/flaws.ts'
import { blobStoreCases, publicBlobStoreCases, servedBlobStoreCases } from '../src/index.ts'
import { offeringAvif } from './blob-streams.ts'
import { formatFlaws } from './broken-blob-formats.ts'
import { listFlaws } from './broken-blob-lists.ts'
import { putFlaws } from './broken-blob-puts.ts'
import { readFlaws } from './broken-blob-reads.ts'

function createPublicBlobs(): PublicBlobStore {
  const { put, remove, list, present } = createMemoryBlobs()
  const url: PublicBlobStore['url'] = (key, rendition) => `https://cdn.example/${key}/${rendition}`
  return { kind: 'public', put, remove, list, present, url }
}

testFlaws<PublicBlobStore>(publicBlobStoreCases, createPublicBlobs, [
  {
    flaw: 'has one URL for all renditions',
    breaking: ({ url }) => ({ url: (key, rendition) => url(key, rendition && 'thumb') }),
    fails: ['blobs/url-stable'],
  },
])

testFlaws<ServedBlobStore>(
  [...blobStoreCases, ...servedBlobStoreCases],
  () => offeringAvif(createMemoryBlobs()),
  [...putFlaws, ...readFlaws, ...formatFlaws, ...listFlaws],
)
