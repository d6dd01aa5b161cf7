import type { ImageKit } from '@imagekit/nodejs'
import type { CallBudget } from '@kith/core/adapter'
import type { Addresses } from './addresses.ts'
import type { Folders } from './folders.ts'

/** Where the media are, and what is needed there. */
export interface ImageKitPlace {
  client: ImageKit
  publicKey: string
  folders: Folders
  addresses: Addresses
  isPublic: boolean
  purge: boolean
  /** Of look-ups of what was sent. */
  budget: CallBudget
  temporaryDirectory: string
}
