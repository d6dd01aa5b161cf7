import type { ServedBlobStore } from '@kith/core'
import { createMemoryBlobs } from '@kith/core/memory'
import { blobStoreCases, servedBlobStoreCases } from '../src/index.ts'
import { putFlaws } from './broken-blob-puts.ts'
import { readFlaws } from './broken-blob-reads.ts'
import { testFlaws } from './broken-store.ts'

testFlaws<ServedBlobStore>([...blobStoreCases, ...servedBlobStoreCases], () => createMemoryBlobs(), [
  ...putFlaws,
  ...readFlaws,
])
