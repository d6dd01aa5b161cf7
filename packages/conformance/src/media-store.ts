import type { Case } from './case.ts'
import { attachingCases } from './media-store/attaching.ts'
import { byOwnerCases } from './media-store/by-owner.ts'
import { claimingCases } from './media-store/claiming.ts'
import { listingCases } from './media-store/listing.ts'
import { ownerCases } from './media-store/owners.ts'
import { releaseCases } from './media-store/release.ts'
import { amongTheLiving, type SocialStores } from './peopled.ts'

/** The promises of `MediaStore`. Live accounts and posts attach media, so the cases need an entire storage. */
export const mediaStoreCases: readonly Case<SocialStores>[] = [
  ...amongTheLiving([...attachingCases, ...claimingCases, ...byOwnerCases, ...listingCases, ...releaseCases]),
  ...ownerCases,
]
