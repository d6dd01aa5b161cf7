import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { isKithError } from '@kith/core'
import type { ImageProcessor } from '@kith/core/ports'
import sharp from 'sharp'
import type { Broken } from '../../../test/flaws.ts'

const memory = 'images/memory-bound'
const tangled = 'images/too-many-parts'
const turns = 'images/fair-queue'
const broken = 'images/damaged-files'

/** Uses more memory in a separate process than any may use, until that is detected. */
const wasteful = 'const held = Buffer.alloc(1500 * 2 ** 20, 1); setTimeout(() => held.length, 200)'

/** A small picture in the stored format. */
const anything = sharp({ create: { width: 9, height: 9, channels: 3, background: '#c84' } })

/** Flaws in the limits for hostile files. */
export const boundFlaws: readonly Broken<ImageProcessor>[] = [
  {
    flaw: 'reads what is written in a picture in the process that calls',
    breaking: ({ inspect }) => ({
      async inspect(path, turn) {
        await sharp(path, { limitInputPixels: false })
          .metadata()
          .catch(() => null)
        return await inspect(path, turn)
      },
    }),
    fails: [memory],
  },
  {
    flaw: 'starts processes that take what they want',
    breaking: ({ inspect }) => ({
      async inspect(path, turn) {
        await promisify(execFile)(process.execPath, ['-e', wasteful])
        return await inspect(path, turn)
      },
    }),
    fails: [memory],
  },
  {
    flaw: 'stores what is too complex all the same',
    breaking: ({ normalize }) => ({
      normalize: (path, target, turn) =>
        normalize(path, target, turn).catch(async (error: unknown) => {
          if (!isKithError(error) || error.code !== 'media-too-complex') throw error
          await writeFile(target, await anything.clone().webp().toBuffer())
          return { ...noMeasures }
        }),
    }),
    fails: [tangled],
  },
  {
    flaw: 'lets an account wait behind all files of another',
    breaking({ normalize }) {
      let last: Promise<unknown> = Promise.resolve()
      return {
        normalize(path, target) {
          const next = last.then(() => normalize(path, target))
          last = next.catch(() => null)
          return next
        },
      }
    },
    fails: [turns],
  },
  {
    flaw: 'has words of its own for what is broken in its middle',
    breaking: ({ normalize }) => ({
      normalize: (path, target, turn) =>
        normalize(path, target, turn).catch((error: unknown) => {
          throw isKithError(error) &&
            error.cause instanceof Error &&
            /corrupt|bad|invalid/i.test(error.cause.message)
            ? new Error(error.cause.message)
            : error
        }),
    }),
    fails: [broken],
  },
]

const noMeasures = {
  width: 9,
  height: 9,
  thumbhash: '',
  palette: [],
  lightness: 0,
  saturation: 0,
  takenAt: null,
}
