import type { Storage } from '@kith/core/ports'
import type { Case } from './case.ts'
import { attachingCases } from './media-store/attaching.ts'
import { byOwnerCases } from './media-store/by-owner.ts'
import { claimingCases } from './media-store/claiming.ts'
import { listingCases } from './media-store/listing.ts'
import { releaseCases } from './media-store/release.ts'

/** The promises of `MediaStore`. Posts attach media, so the cases need both stores of one storage. */
export const mediaStoreCases: readonly Case<Pick<Storage, 'posts' | 'media'>>[] = [
  ...attachingCases,
  ...claimingCases,
  ...byOwnerCases,
  ...listingCases,
  ...releaseCases,
]
