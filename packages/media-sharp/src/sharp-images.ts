import { extname, resolve } from 'node:path'
import type { ImageProcessor } from '@kith/core'
import { createFairQueue, createMediaProcesses, type MediaProcesses } from '@kith/core/adapter'
import { findLibheif } from './heic.ts'
import { readSettings, type SharpImagesOptions } from './image-settings.ts'
import { type ImageVerbs, imageVerbs } from './image-verbs.ts'

/** The image processor on sharp. */
export interface SharpImages extends ImageProcessor {
  /** Ends the processes that images are decoded in. They end by themselves as well, when the server does or has no images. */
  close(): Promise<void>
}

const defaults = Object.freeze({ concurrency: 2, maxWaiting: 200, maxSeconds: 30, maxMebibytes: 1024 })

/**
 * Creates the image processor. It starts its processes with the first image, and ends them when there are none for a while.
 * @throws TypeError where what decodes HEIC is not installed, or the module that processes run was left out of a bundle
 */
export function createSharpImages(options: SharpImagesOptions = {}): SharpImages {
  const settings = readSettings(options)
  if (settings.heic) findLibheif()
  const { run, close } = (options.isolation ?? 'process') === 'process' ? apart(options) : here(options)
  return {
    inspect: (path, turn = path) =>
      run({ key: turn }, { verb: 'inspect', arguments: [resolve(path), settings] }),
    normalise: (path, target, turn = path) =>
      run({ key: turn }, { verb: 'normalise', arguments: [resolve(path), resolve(target), settings] }),
    rendition: (path, target, form) =>
      run(
        { key: path },
        { verb: 'rendition', arguments: [{ path: resolve(path), target: resolve(target) }, form, settings] },
      ),
    close,
  }
}

function apart(options: SharpImagesOptions): MediaProcesses<ImageVerbs> {
  return createMediaProcesses<ImageVerbs>({
    entry: new URL(extname(import.meta.url) === '.ts' ? './worker.ts' : './worker.js', import.meta.url),
    ...queueOf(options),
    maxSeconds: options.maxSeconds ?? defaults.maxSeconds,
    maxResidentBytes: (options.maxMebibytes ?? defaults.maxMebibytes) * 1024 * 1024,
  })
}

/** Neither the settings of sharp nor its cache, which belong to the host, are changed. */
function here(options: SharpImagesOptions): MediaProcesses<ImageVerbs> {
  const queue = createFairQueue(queueOf(options))
  return {
    run: (turn, { verb, arguments: values }) =>
      queue(turn, () => (imageVerbs[verb] as (...given: unknown[]) => Promise<unknown>)(...values)) as never,
    close: async () => {},
  }
}

function queueOf(options: SharpImagesOptions): { concurrency: number; maxWaiting: number } {
  return {
    concurrency: options.concurrency ?? defaults.concurrency,
    maxWaiting: options.maxWaiting ?? defaults.maxWaiting,
  }
}
