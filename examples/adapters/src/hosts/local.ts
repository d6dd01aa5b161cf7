import { createLocalBlobs } from '@kith/blob-local'
import type { MediaHost, Opening } from './media-host.ts'

/** A folder on this machine. */
export function openLocal({ images, directory }: Opening): MediaHost {
  return { blobs: createLocalBlobs({ directory, images }) }
}
