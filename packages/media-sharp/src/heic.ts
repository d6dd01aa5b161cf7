import { createRequire } from 'node:module'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { KithError } from '@kith/core'
import type { HeicAnswer, HeicJob } from './heic-worker.ts'
import type { LibheifFiles } from './libheif.ts'

/** A HEIC file and the number of pixels that its header announces. */
interface HeicFile {
  bytes: Uint8Array
  pixels: number
}

/** Decodes HEIC to a PNG, turned upright, with the colour profile and no other metadata. @throws media-unreadable */
export type ReadHeic = (file: HeicFile) => Promise<Uint8Array>

/** libheif takes about 8 bytes for a pixel, in planes and in their conversion, besides the file and itself. */
const bytesPerPixel = 12
const otherBytes = 64 * 1024 * 1024

/**
 * Creates a reader of HEIC. It decodes in a thread that begins and ends with the file, so that a file which takes too long
 * or too much can be stopped, and what one file does is gone before the next. @throws TypeError without libheif-js
 */
export function createHeicReader({ maxSeconds }: { maxSeconds: number }): ReadHeic {
  const files = findLibheif()
  return ({ bytes, pixels }) => {
    const maxBytes = otherBytes + bytesPerPixel * pixels + 2 * bytes.length
    return work({ bytes, files, maxBytes }, maxSeconds)
  }
}

function findLibheif(): LibheifFiles {
  const require = createRequire(import.meta.url)
  try {
    return {
      script: require.resolve('libheif-js/libheif-wasm/libheif.js'),
      binary: require.resolve('libheif-js/libheif-wasm/libheif.wasm'),
    }
  } catch (cause) {
    throw new TypeError('heic: install libheif-js beside @kith/media-sharp', { cause })
  }
}

async function work(job: HeicJob, maxSeconds: number): Promise<Uint8Array> {
  const isSource = extname(import.meta.url) === '.ts'
  const worker = new Worker(new URL(isSource ? './heic-worker.ts' : './heic-worker.js', import.meta.url), {
    name: 'kith-heic',
    workerData: job,
    // Nothing of the host: not what it preloads into its threads, nor what its environment holds.
    execArgv: isSource ? ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'] : [],
    env: {},
  })
  const { promise, resolve, reject } = Promise.withResolvers<HeicAnswer>()
  const timer = setTimeout(() => resolve({ problem: 'It took too long.' }), maxSeconds * 1000)
  worker.once('message', resolve)
  worker.once('error', reject)
  worker.once('exit', () => resolve({ problem: 'The decoder stopped.' }))
  try {
    const answer = await promise
    if ('png' in answer) return answer.png
    throw new KithError('media-unreadable', { cause: new Error(answer.problem) })
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}
