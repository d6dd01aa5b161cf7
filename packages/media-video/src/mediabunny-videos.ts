import { constants } from 'node:fs'
import { chmod, copyFile, rm } from 'node:fs/promises'
import type { VideoProcessor } from '@kith/core'
import { WEBM } from 'mediabunny'
import { blankIsoMetadata } from './iso-metadata.ts'
import { type SourceVideo, withVideo } from './source-video.ts'
import { withFile } from './video-file.ts'
import { voidWebmMetadata } from './webm-metadata.ts'

/**
 * Creates the video processor: MP4, MOV and WebM, read by mediabunny and never decoded. Stripping copies the file and
 * blanks in the copy what is not picture or sound; that costs next to no memory, whatever the size.
 */
export function createMediabunnyVideos(): VideoProcessor {
  return {
    inspect: (path) =>
      withVideo(path, async ({ input, video, audio }) => {
        const tracks = audio ? [video, audio] : [video]
        const codecs = await Promise.all(tracks.map((track) => track.getCodec()))
        return {
          width: await video.getDisplayWidth(),
          height: await video.getDisplayHeight(),
          durationSeconds: await input.computeDuration(tracks),
          codecs: codecs.filter((codec) => codec !== null),
        }
      }),
    async strip(path, target) {
      try {
        await withVideo(path, async (source) => {
          await copyFile(path, target, constants.COPYFILE_FICLONE)
          await chmod(target, 0o600)
          await blankMetadata(source, target)
        })
      } catch (error) {
        await rm(target, { force: true })
        throw error
      }
    },
  }
}

async function blankMetadata({ input, video, audio }: SourceVideo, target: string): Promise<void> {
  const trackIds = audio ? [video.id, audio.id] : [video.id]
  const isWebm = (await input.getFormat()) === WEBM
  await withFile({ path: target, to: 'change' }, (file) =>
    isWebm ? voidWebmMetadata(file, trackIds) : blankIsoMetadata(file, trackIds),
  )
}
