import type { ServedBlobStore } from '@kith/core'
import { createMemoryBlobs } from '@kith/core/memory'
import { testFlaws } from '../../../test/flaws.ts'
import { blobStoreCases, servedBlobStoreCases } from '../src/index.ts'
import { offeringAvif } from './blob-streams.ts'
import { formatFlaws } from './broken-blob-formats.ts'
import { listFlaws } from './broken-blob-lists.ts'
import { putFlaws } from './broken-blob-puts.ts'
import { readFlaws } from './broken-blob-reads.ts'

testFlaws<ServedBlobStore>(
  [...blobStoreCases, ...servedBlobStoreCases],
  () => offeringAvif(createMemoryBlobs()),
  [...putFlaws, ...readFlaws, ...formatFlaws, ...listFlaws],
)
