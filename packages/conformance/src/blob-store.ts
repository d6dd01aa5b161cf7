import type {
  BlobStore,
  GrantedBlobStore,
  MarkedBlobStore,
  PublicBlobStore,
  ServedBlobStore,
} from '@kith/core/ports'
import { addressCases, publicCases } from './blob-store/addresses.ts'
import { formatCases } from './blob-store/formats.ts'
import { grantCases } from './blob-store/grants.ts'
import { listingCases } from './blob-store/listing.ts'
import { markCases } from './blob-store/marks.ts'
import { readingCases } from './blob-store/reading.ts'
import { removalCases } from './blob-store/removal.ts'
import { renditionCases } from './blob-store/renditions.ts'
import { storingCases } from './blob-store/storing.ts'
import type { Case } from './case.ts'

/**
 * The promises of every `BlobStore`. Contents are checked as a browser sees them: through the store itself if Kith
 * serves it, otherwise at its granted or public URL.
 */
export const blobStoreCases: readonly Case<BlobStore>[] = [
  ...addressCases,
  ...storingCases,
  ...renditionCases,
  ...removalCases,
  ...listingCases,
]

/** The promises of `PublicBlobStore` beyond those of `BlobStore`. */
export const publicBlobStoreCases: readonly Case<PublicBlobStore>[] = publicCases

/** The promises of `ServedBlobStore` beyond those of `BlobStore`. */
export const servedBlobStoreCases: readonly Case<ServedBlobStore>[] = [...readingCases, ...formatCases]

/** The promises of `MarkedBlobStore` beyond those of `BlobStore`. */
export const markedBlobStoreCases: readonly Case<MarkedBlobStore>[] = markCases

/** The promises of `GrantedBlobStore` beyond those of `BlobStore`. */
export const grantedBlobStoreCases: readonly Case<GrantedBlobStore>[] = grantCases
