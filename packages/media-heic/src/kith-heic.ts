import { Worker } from 'node:worker_threads'
import { KithError } from '@kith/core'
import { type DecodeHeic, type HeicFile, moduleBeside, within } from '@kith/core/adapter'

/** One that takes longer only holds a place: 48 megapixels take 2 s of the processor. */
const maxSeconds = 10

/** See {@link DecodeHeic}. The thread begins and ends with the file, and what libheif took goes with it. */
export const decodeHeic: DecodeHeic = (file) => decodeIn(file, maxSeconds)

/** The same, in so many seconds. */
export async function decodeIn(file: HeicFile, seconds: number): Promise<Uint8Array> {
  const module = moduleBeside(import.meta.url, 'heic-worker')
  const worker = new Worker(module, {
    name: 'kith-heic',
    workerData: file,
    // Nothing of the host: not what it preloads into its threads, nor what its environment holds; and libheif prints.
    execArgv: module.pathname.endsWith('.ts')
      ? ['--experimental-strip-types', '--disable-warning=ExperimentalWarning']
      : [],
    env: {},
    // Pixels and what libheif takes are counted with the process.
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
