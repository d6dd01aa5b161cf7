import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalBlobs } from '@kith/blob-local'
import { createSharpImages } from '@kith/media-sharp'
import { createMediabunnyVideos } from '@kith/media-video'
import type { JourneyMedia } from '../packages/http/test/journeys/journey-host.ts'

// Shared by all journeys of a file, because starting processes takes longer than most of their work.
const images = createSharpImages()
const videos = createMediabunnyVideos()

/** Media for journeys, like that of an app on one machine: local files, sharp and mediabunny. */
export async function makeLocalMedia(): Promise<JourneyMedia> {
  const folder = await mkdtemp(join(tmpdir(), 'kith-journey-'))
  const directory = join(folder, 'blobs')
  const temporaryDirectory = join(folder, 'temporary')
  const filesIn = async (path: string): Promise<string[]> => {
    const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => [])
    const files = entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
    // The marker stays: the folder belongs to its database.
    return files.filter((name) => name !== '.kith-media' && !name.startsWith('mark-'))
  }
  return {
    options: {
      blobs: createLocalBlobs({ directory, images }),
      images,
      videos,
      temporaryDirectory,
    },
    files: async () => [...(await filesIn(directory)), ...(await filesIn(temporaryDirectory))],
    // An aborted request may still be cleaning up.
    close: () => rm(folder, { recursive: true, force: true, maxRetries: 20 }),
  }
}
