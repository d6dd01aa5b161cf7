import { createRequire } from 'node:module'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { KithError } from '@kith/core'
import type { HeicAnswer, HeicJob } from './heic-worker.ts'
import type { LibheifFiles } from './libheif.ts'
import { tooComplex } from './too-complex.ts'

/** A HEIC file and the number of pixels that its header announces. */
interface HeicFile {
  bytes: Uint8Array
  pixels: number
}

/** libheif takes about 8 bytes for a pixel, in planes and in their conversion, besides the file and itself. */
const bytesPerPixel = 12
const otherBytes = 64 * 1024 * 1024

/** One that takes longer only holds a place. How long 48 megapixels take was not measured. */
const defaultSeconds = 10

/**
 * Decodes HEIC to a PNG, turned upright, with the colour profile and no other metadata, in a thread that begins and ends with
 * the file, so that a file which takes too long or too much can be stopped. @throws media-unreadable, media-too-complex
 */
export async function readHeic(
  { bytes, pixels }: HeicFile,
  maxSeconds: number = defaultSeconds,
): Promise<Uint8Array> {
  const maxBytes = otherBytes + bytesPerPixel * pixels + 2 * bytes.length
  return await work({ bytes, files: findLibheif(), maxBytes }, maxSeconds)
}

/** Where libheif-js is. @throws TypeError where it is not installed */
export function findLibheif(): LibheifFiles {
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
  const { promise, resolve, reject } = Promise.withResolvers<HeicAnswer | { problem: null }>()
  const timer = setTimeout(() => resolve({ problem: null }), maxSeconds * 1000)
  worker.once('message', resolve)
  worker.once('error', reject)
  worker.once('exit', () => resolve({ problem: 'The decoder stopped.' }))
  try {
    const answer = await promise
    if ('png' in answer) return answer.png
    if (answer.problem === null) throw tooComplex('a HEIC that took too long')
    throw new KithError('media-unreadable', { cause: new Error(answer.problem) })
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}
