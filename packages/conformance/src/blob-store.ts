import type { BlobStore, GrantedBlobStore, ServedBlobStore } from '@kith/core'
import { addressCases } from './blob-store/addresses.ts'
import { formatCases } from './blob-store/formats.ts'
import { grantCases } from './blob-store/grants.ts'
import { readingCases } from './blob-store/reading.ts'
import { removalCases } from './blob-store/removal.ts'
import { renditionCases } from './blob-store/renditions.ts'
import { storingCases } from './blob-store/storing.ts'
import type { Case } from './case.ts'

/**
 * The promises of every `BlobStore`. What it holds is looked at as a browser does: through the store itself if Kith serves
 * it, else at the address that it grants or answers.
 */
export const blobStoreCases: readonly Case<BlobStore>[] = [
  ...addressCases,
  ...storingCases,
  ...renditionCases,
  ...removalCases,
]

/** The promises of `ServedBlobStore` beyond those of `BlobStore`. */
export const servedBlobStoreCases: readonly Case<ServedBlobStore>[] = [...readingCases, ...formatCases]

/** The promises of `GrantedBlobStore` beyond those of `BlobStore`. */
export const grantedBlobStoreCases: readonly Case<GrantedBlobStore>[] = grantCases
