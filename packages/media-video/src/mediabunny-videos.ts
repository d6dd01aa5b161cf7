import { rm } from 'node:fs/promises'
import type { VideoProcessor } from '@kith/core'
import { withVideo } from './source-video.ts'
import { copyTracks } from './copy-tracks.ts'

/** Creates the video processor: MP4, MOV and WebM, read and copied by mediabunny, never decoded. */
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
        await withVideo(path, (source) => copyTracks(source, target))
      } catch (error) {
        await rm(target, { force: true })
        throw error
      }
    },
  }
}
