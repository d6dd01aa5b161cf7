import { constants } from 'node:fs'
import { chmod, copyFile, rm } from 'node:fs/promises'
import type { VideoMeasures, VideoProcessor } from '@kith/core'
import { createBudget } from './budget.ts'
import { withVideo } from './source-video.ts'
import { withFile } from './video-file.ts'

/** One file may take so long. */
const deadlineMillis = 60_000

/** Creates it. */
export function createMediabunnyVideos(): VideoProcessor {
  return {
    inspect: (path) => inspectVideo(path, AbortSignal.timeout(deadlineMillis)),
    strip: (path, target) => stripVideo(path, target, AbortSignal.timeout(deadlineMillis)),
  }
}

/** Measures a video. */
export async function inspectVideo(path: string, signal: AbortSignal): Promise<VideoMeasures> {
  return await withVideo({ path, budget: createBudget(signal) }, async ({ input, video, audio }) => {
    const tracks = audio ? [video, audio] : [video]
    const codecs = await Promise.all(tracks.map((track) => track.getCodec()))
    return {
      width: await video.getDisplayWidth(),
      height: await video.getDisplayHeight(),
      durationSeconds: await input.computeDuration(tracks),
      codecs: codecs.filter((codec) => codec !== null),
    }
  })
}

/** Writes a copy of a video without what is no picture and no sound. Where it fails there is no target. */
export async function stripVideo(path: string, target: string, signal: AbortSignal): Promise<void> {
  const budget = createBudget(signal)
  try {
    await withVideo({ path, budget }, async ({ video, audio, strip }) => {
      await copyFile(path, target, constants.COPYFILE_FICLONE)
      await chmod(target, 0o600)
      const trackIds = audio ? [video.id, audio.id] : [video.id]
      await withFile({ path: target, to: 'change' }, (copy) => strip(copy, { trackIds, budget }))
    })
  } catch (error) {
    await rm(target, { force: true })
    throw error
  }
}
