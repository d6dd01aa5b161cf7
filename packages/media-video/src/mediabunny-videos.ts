import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createMediaWork, moduleBeside, type QueueLoad } from '@kith/core/adapter'
import type { Observable, VideoProcessor } from '@kith/core/ports'
import { videoVerbs } from './video-verbs.ts'

/** How videos are processed. */
export interface MediabunnyVideosOptions {
  /**
   * Where videos are read. `process`: in separate processes, which end if anything goes wrong in them. `none`: in the
   * server itself, for hosts that cannot start processes; a file that makes the reader use up memory then does so to
   * the server.
   * @default 'process'
   */
  isolation?: 'process' | 'none' | undefined
  /**
   * The maximum time for one video. @default 60 @reason Files at the size limit are copied in a few seconds; a bomb
   * holds a place no longer.
   */
  maxSeconds?: number | undefined
  /**
   * The maximum memory of a process, in MiB. @default 512 @reason Index and cache fit several times over; more is a
   * file made to fill memory.
   */
  maxMebibytes?: number | undefined
  /**
   * How many videos are processed at the same time; the others wait, accounts in turn. @default 2 @reason Mostly
   * reading and writing the disk, and a process for each.
   */
  concurrency?: number | undefined
  /**
   * How many may wait before the next is refused as `busy`. @default 200 @reason Some minutes of waiting: anyone who
   * would wait longer is asked to retry.
   */
  maxWaiting?: number | undefined
}

/** The video processor based on mediabunny. */
export interface MediabunnyVideos extends VideoProcessor, Observable {
  /** Ends the processes that read videos. They also end when the server does, or after a while without videos. */
  close(): Promise<void>
  /** The current load. */
  load(): QueueLoad
}

const defaults = Object.freeze({ concurrency: 2, maxWaiting: 200, maxSeconds: 60, maxMebibytes: 512 })

/**
 * Creates the video processor: MP4, MOV and WebM, read by mediabunny and never decoded. Stripping copies the file and
 * blanks everything but picture and sound in the copy; that takes very little memory for any size. Its processes start
 * with the first video, and end after a while without any.
 * @throws TypeError if the module that processes run was left out of a bundle
 */
export function createMediabunnyVideos(options: MediabunnyVideosOptions = {}): MediabunnyVideos {
  const maxSeconds = options.maxSeconds ?? defaults.maxSeconds
  const { run, close, load, observe } = createMediaWork({
    of: 'createMediabunnyVideos',
    choices: options,
    defaults,
    // A name that no host uses, so that a bundle does not start a file of the host instead.
    entry: moduleBeside(import.meta.url, 'kith-video-process'),
    verbs: videoVerbs,
  })
  return {
    inspect: (path, turn = path) =>
      run({ key: turn }, { verb: 'inspect', arguments: [resolve(path), maxSeconds] }),
    async strip(path, target, turn = path) {
      try {
        await run({ key: turn }, { verb: 'strip', arguments: [resolve(path), resolve(target), maxSeconds] })
      } catch (error) {
        // A process that was killed could not remove it itself.
        await rm(target, { force: true })
        throw error
      }
    },
    close,
    load,
    observe: (telemetry) => observe(telemetry, 'videos'),
  }
}
