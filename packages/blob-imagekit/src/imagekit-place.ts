import type { ImageKit } from '@imagekit/nodejs'
import type { CallBudget } from '@kith/core/adapter'
import type { Addresses } from './addresses.ts'
import type { Folders } from './folders.ts'

/** Where the media are stored, and the dependencies. */
export interface ImageKitPlace {
  client: ImageKit
  publicKey: string
  folders: Folders
  addresses: Addresses
  isPublic: boolean
  purge: boolean
  /** For lookups of sent files. */
  budget: CallBudget
  temporaryDirectory: string
}
