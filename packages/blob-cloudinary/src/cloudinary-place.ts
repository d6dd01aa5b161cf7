import type { CloudinaryAccount } from './account.ts'
import type { AssetNames } from './asset-names.ts'
import type { CloudinaryApi, DeliveryType } from './cloudinary-api.ts'
import type { RememberedKinds } from './remembered-kinds.ts'

/** Where the media are stored, and the dependencies. */
export interface CloudinaryPlace {
  api: CloudinaryApi
  account: CloudinaryAccount
  names: AssetNames
  kinds: RememberedKinds
  /** Of the blobs; staged files are always `authenticated`. */
  type: DeliveryType
  tokenKey: string | null
  /** The URL of Kith's routes, unless the blobs are public at `deliveryUrl`. */
  deliveryUrl: string
}
