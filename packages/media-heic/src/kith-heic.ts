import { Worker } from 'node:worker_threads'
import { KithError } from '@kith/core'
import { type DecodeHeic, type HeicFile, moduleBeside, within } from '@kith/core/adapter'

/** A slower one only holds a place: 48 megapixels take 2 s of CPU time. */
const maxSeconds = 10

/** See {@link DecodeHeic}. The thread starts and ends with the file, which frees libheif's memory. */
export const decodeHeic: DecodeHeic = (file) => decodeIn(file, maxSeconds)

/** The same, in seconds. */
export async function decodeIn(file: HeicFile, seconds: number): Promise<Uint8Array> {
  const module = moduleBeside(import.meta.url, 'heic-worker')
  const worker = new Worker(module, {
    name: 'kith-heic',
    workerData: file,
    // Nothing of the host: neither what it preloads into its threads, nor its environment; and libheif prints.
    execArgv: module.pathname.endsWith('.ts')
      ? ['--experimental-strip-types', '--disable-warning=ExperimentalWarning']
      : [],
    env: {},
    // Pixels and libheif's memory count toward the process.
    resourceLimits: { codeRangeSizeMb: 16, maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 },
    stdout: true,
    stderr: true,
  })
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  const fail = (cause: unknown): void => reject(new KithError('media-unreadable', { cause }))
  worker.once('message', resolve)
  worker.once('error', fail)
  worker.once('exit', () => fail(new Error('the decoder of HEIC stopped')))
  try {
    return await within({ millis: seconds * 1000, late: tooComplex }, () => promise)
  } finally {
    await worker.terminate()
  }
}

function tooComplex(): KithError {
  return new KithError('media-too-complex', {
    detail: 'Save it as a new JPEG and send that.',
    cause: new Error('a HEIC that took too long'),
  })
}
