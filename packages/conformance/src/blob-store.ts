import type { BlobStore, ServedBlobStore } from '@kith/core'
import { addressCases } from './blob-store/addresses.ts'
import { readingCases } from './blob-store/reading.ts'
import { removalCases } from './blob-store/removal.ts'
import { storingCases } from './blob-store/storing.ts'
import type { Case } from './case.ts'

/** The promises of every `BlobStore` that show without reading a blob. */
export const blobStoreCases: readonly Case<BlobStore>[] = addressCases

/** The promises of `ServedBlobStore` beyond those of `BlobStore`. */
export const servedBlobStoreCases: readonly Case<ServedBlobStore>[] = [
  ...storingCases,
  ...readingCases,
  ...removalCases,
]
