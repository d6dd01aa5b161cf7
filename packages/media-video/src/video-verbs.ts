import { constants } from 'node:fs'
import { chmod, copyFile, rm } from 'node:fs/promises'
import type { VideoMeasures } from '@kith/core/ports'
import { createBudget } from './budget.ts'
import { withVideo } from './source-video.ts'
import { withFile } from './video-file.ts'

/** The operations on videos, here or in a separate process. */
export type VideoVerbs = Readonly<{
  inspect: (path: string, maxSeconds: number) => Promise<VideoMeasures>
  strip: (path: string, target: string, maxSeconds: number) => Promise<void>
}>

/** How it is done. */
export const videoVerbs: VideoVerbs = { inspect, strip }

async function inspect(path: string, maxSeconds: number): Promise<VideoMeasures> {
  const budget = createBudget(AbortSignal.timeout(maxSeconds * 1000))
  return await withVideo({ path, budget }, async ({ input, video, audio }) => {
    const tracks = audio ? [video, audio] : [video]
    return {
      width: await video.getDisplayWidth(),
      height: await video.getDisplayHeight(),
      durationSeconds: await input.computeDuration(tracks),
    }
  })
}

async function strip(path: string, target: string, maxSeconds: number): Promise<void> {
  const budget = createBudget(AbortSignal.timeout(maxSeconds * 1000))
  try {
    await withVideo({ path, budget }, async ({ video, audio, strip: stripCopy }) => {
      await copyFile(path, target, constants.COPYFILE_FICLONE)
      await chmod(target, 0o600)
      const trackIds = audio ? [video.id, audio.id] : [video.id]
      await withFile({ path: target, to: 'change' }, (copy) => stripCopy(copy, { trackIds, budget }))
    })
  } catch (error) {
    await rm(target, { force: true })
    throw error
  }
}
