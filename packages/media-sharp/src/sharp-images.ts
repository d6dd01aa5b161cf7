import { resolve } from 'node:path'
import { createMediaWork, moduleBeside, type QueueLoad } from '@kith/core/adapter'
import type { ImageProcessor, Observable } from '@kith/core/ports'
import { readSettings, type SharpImagesOptions } from './image-settings.ts'
import { imageVerbs } from './image-verbs.ts'

/** The image processor on sharp. */
export interface SharpImages extends ImageProcessor, Observable {
  /** Ends the processes that images are decoded in. They end by themselves as well, when the server does or has no images. */
  close(): Promise<void>
  /** How much waits to be done. */
  load(): QueueLoad
}

const defaults = Object.freeze({ concurrency: 2, maxWaiting: 200, maxSeconds: 30, maxMebibytes: 1024 })

/**
 * Creates the image processor. It starts its processes with the first image, and ends them when there are none for a while.
 * @throws TypeError where the module that processes run was left out of a bundle
 */
export function createSharpImages(options: SharpImagesOptions = {}): SharpImages {
  const settings = readSettings(options)
  // With `isolation: 'none'` the settings of sharp and its cache, which belong to the host, are not changed.
  const { run, close, load, observe } = createMediaWork({
    of: 'createSharpImages',
    choices: options,
    defaults,
    // Named so that a bundle beside which a host has files of its own starts none of them.
    entry: moduleBeside(import.meta.url, 'kith-image-process'),
    verbs: imageVerbs,
  })
  return {
    inspect: (path, turn = path) =>
      run({ key: turn }, { verb: 'inspect', arguments: [resolve(path), settings] }),
    normalize: (path, target, turn = path) =>
      run({ key: turn }, { verb: 'normalize', arguments: [resolve(path), resolve(target), settings] }),
    rendition: (path, target, form) =>
      run(
        { key: form.turn ?? path },
        { verb: 'rendition', arguments: [{ path: resolve(path), target: resolve(target) }, form, settings] },
      ),
    close,
    load,
    observe: (telemetry) => observe(telemetry, 'images'),
  }
}
