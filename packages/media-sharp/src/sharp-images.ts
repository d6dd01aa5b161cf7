import { resolve } from 'node:path'
import { createMediaWork, moduleBeside, type QueueLoad } from '@kith/core/adapter'
import type { ImageProcessor, Observable } from '@kith/core/ports'
import { readSettings, type SharpImagesOptions } from './image-settings.ts'
import { imageVerbs } from './image-verbs.ts'

/** The image processor based on sharp. */
export interface SharpImages extends ImageProcessor, Observable {
  /** Ends the processes that decode images. They also end when the server does, or after a while without images. */
  close(): Promise<void>
  /** The current load. */
  load(): QueueLoad
}

const defaults = Object.freeze({ concurrency: 2, maxWaiting: 200, maxSeconds: 30, maxMebibytes: 1024 })

/**
 * Creates the image processor. It starts its processes with the first image, and ends them after a while without any.
 * @throws TypeError if the module that processes run was left out of a bundle
 */
export function createSharpImages(options: SharpImagesOptions = {}): SharpImages {
  const settings = readSettings(options)
  // With `isolation: 'none'` the settings of sharp and its cache, which belong to the host, are not changed.
  const { run, close, load, observe } = createMediaWork({
    of: 'createSharpImages',
    choices: options,
    defaults,
    // A name that no host uses, so that a bundle does not start a file of the host instead.
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
