import type { CloudinaryAccount } from './account.ts'
import type { AssetNames } from './asset-names.ts'
import type { CloudinaryApi, DeliveryType } from './cloudinary-api.ts'
import type { RememberedKinds } from './remembered-kinds.ts'

/** Where the media are, and what is needed there. */
export interface CloudinaryPlace {
  api: CloudinaryApi
  account: CloudinaryAccount
  names: AssetNames
  kinds: RememberedKinds
  /** Of the blobs; what is staged is always `authenticated`. */
  type: DeliveryType
  tokenKey: string | null
  /** Where Kith's routes stand, unless everybody may see the blobs at `deliveryUrl`. */
  deliveryUrl: string
}
