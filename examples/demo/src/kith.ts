import { createLocalBlobs } from '@kith/blob-local'
import { createKith, type Kith } from '@kith/core'
import { createSharpImages } from '@kith/media-sharp'
import { createMediabunnyVideos } from '@kith/media-video'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { createDemoCaptions } from './captions.ts'
import type { Settings } from './settings.ts'

/** Everything Kith can do, on one machine: SQLite, files on disk, and captions with or without a model. */
export async function createDemoKith({ secret, database, media, model }: Settings): Promise<Kith> {
  const images = createSharpImages()
  return createKith({
    secret,
    storage: createSqliteStorage({ path: database }),
    media: {
      blobs: createLocalBlobs({ directory: media, images }),
      images,
      videos: createMediabunnyVideos(),
    },
    captions: await createDemoCaptions(model),
    posts: { textOnly: true },
  })
}
