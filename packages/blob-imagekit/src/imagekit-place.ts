import type { ImageKit } from '@imagekit/nodejs'
import type { Addresses } from './addresses.ts'
import type { Folders } from './folders.ts'

/** Where the media are, and what is needed there. */
export interface ImageKitPlace {
  client: ImageKit
  publicKey: string
  folders: Folders
  addresses: Addresses
  isPublic: boolean
  urlPrefix: string
  purge: boolean
  temporaryDirectory: string
}
