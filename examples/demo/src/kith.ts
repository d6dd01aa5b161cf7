import { createLocalBlobs } from '@kith/blob-local'
import { createKith, createSketchCaptions, type Kith } from '@kith/core'
import { createSharpImages } from '@kith/media-sharp'
import { createMediabunnyVideos } from '@kith/media-video'
import { createSqliteStorage } from '@kith/storage-sqlite'
import type { Settings } from './settings.ts'

/** Everything Kith can do, on one machine: SQLite, files on disk, and captions without a model. */
export function createDemoKith({ secret, database, media }: Settings): Kith {
  const images = createSharpImages()
  return createKith({
    secret,
    storage: createSqliteStorage({ path: database }),
    media: {
      blobs: createLocalBlobs({ directory: media, images }),
      images,
      videos: createMediabunnyVideos(),
    },
    captions: createSketchCaptions(),
    posts: { textOnly: true },
  })
}
