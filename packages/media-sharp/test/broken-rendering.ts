import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { setImmediate as gap } from 'node:timers/promises'
import { isKithError, KithError } from '@kith/core'
import type { ImageProcessor } from '@kith/core/ports'
import sharp from 'sharp'
import type { Broken } from '../../../test/flaws.ts'
import { look, rendering } from './processor-flaws.ts'

const format = 'images/rendition-format'
const onlyFormat = 'images/animated-rendition-format'
const whole = 'images/rendition-bounds'
const square = 'images/thumb'
const upright = 'images/rendition-orientation'
const bare = 'images/rendition-strips-metadata'
const colors = 'images/rendition-colors'
const failing = 'images/rendition-fails'

/** Flaws in `rendition`. */
export const renderingFlaws: readonly Broken<ImageProcessor>[] = [
  {
    flaw: 'says AVIF and writes WebP',
    breaking: ({ rendition }) => ({
      async rendition(path, target, form) {
        const answer = await rendition(path, target, { ...form, format: 'webp' })
        return answer.isOnlyFormat ? answer : { ...answer, format: form.format }
      },
    }),
    fails: [format],
  },
  {
    flaw: 'writes AVIF where WebP is asked for',
    breaking: ({ rendition }) => ({
      rendition: (path, target, form) => rendition(path, target, { ...form, format: 'avif' }),
    }),
    fails: [format],
  },
  {
    flaw: 'says that everything has one format',
    breaking: ({ rendition }) => ({
      rendition: async (path, target, form) => ({
        ...(await rendition(path, target, form)),
        isOnlyFormat: true,
      }),
    }),
    fails: [onlyFormat],
  },
  {
    flaw: 'does not say that what moves has one format',
    breaking: ({ rendition }) => ({
      rendition: async (path, target, form) => ({
        ...(await rendition(path, target, form)),
        isOnlyFormat: false,
      }),
    }),
    fails: [onlyFormat],
  },
  {
    flaw: 'enlarges a small picture',
    breaking: rendering(({ path, isMoving }, rendition) =>
      rendition === 'full' && !isMoving ? sharp(path).resize(2048, 2048, { fit: 'inside' }) : null,
    ),
    fails: [whole],
  },
  {
    flaw: 'cuts a long picture',
    breaking: rendering(({ path, isMoving }, rendition) =>
      rendition === 'full' && !isMoving
        ? sharp(path).resize(2048, 2048, { fit: 'cover', withoutEnlargement: true })
        : null,
    ),
    fails: [whole],
  },
  {
    flaw: 'makes feed as large as full',
    breaking: ({ rendition: sound }) => ({
      rendition: (path, target, form) =>
        sound(path, target, { ...form, rendition: form.rendition === 'feed' ? 'full' : form.rendition }),
    }),
    fails: [whole],
  },
  {
    flaw: 'fits the whole picture into its thumb',
    breaking: rendering(({ path, isMoving, isWide }, rendition) =>
      rendition === 'thumb' && !isMoving && !isWide
        ? sharp(path).resize(320, 320, { fit: 'inside', withoutEnlargement: true })
        : null,
    ),
    fails: [square],
  },
  {
    flaw: 'cuts its thumb from the left',
    breaking: rendering(({ path, width, height }, rendition) =>
      rendition === 'thumb' && width === 150
        ? sharp(path).extract({ left: 0, top: 0, width: height, height })
        : null,
    ),
    fails: [square],
  },
  {
    flaw: 'enlarges a small thumb',
    breaking: rendering(({ isMoving }, rendition, made) =>
      rendition === 'thumb' && !isMoving ? sharp(made).resize(320, 320) : null,
    ),
    fails: [square],
  },
  {
    flaw: 'makes renditions of a picture as it lies',
    breaking: rendering(({ path, orientation }) => (orientation === 1 ? null : sharp(path))),
    fails: [upright],
  },
  {
    flaw: 'turns a rendition and does not mirror it',
    breaking: rendering(({ orientation }, _, made) => (orientation === 2 ? sharp(made).flop() : null)),
    fails: [upright],
  },
  ...(['WEBP', 'avif'] as const).map((kind) => ({
    flaw: `keeps the EXIF and XMP of ${kind}`,
    breaking: rendering((source) =>
      source.isTagged && source.is(kind) ? sharp(source.path).keepMetadata() : null,
    ),
    fails: [bare],
  })),
  {
    flaw: 'keeps the color profile',
    breaking: rendering(({ path, isWide }) => (isWide ? sharp(path).keepIccProfile() : null)),
    fails: [colors],
  },
  {
    flaw: 'drops the color profile and keeps the numbers',
    breaking: rendering(({ isWide }) =>
      isWide ? sharp({ create: { width: 48, height: 48, channels: 3, background: '#c83c3c' } }) : null,
    ),
    fails: [colors],
  },
  {
    flaw: 'leaves what it has written where it fails',
    breaking: ({ rendition }) => ({
      rendition: (path, target, form) =>
        rendition(path, target, form).catch(async (error: unknown) => {
          if (isKithError(error)) await writeFile(target, 'RIFF')
          throw error
        }),
    }),
    fails: [failing],
  },
  {
    flaw: 'says in its own words why it fails',
    breaking: ({ rendition }) => ({
      rendition: (path, target, form) =>
        rendition(path, target, form).catch((error: unknown) => {
          throw isKithError(error) ? new Error('Input buffer has corrupt header') : error
        }),
    }),
    fails: [failing, 'images/parallel'],
  },
  {
    flaw: 'makes a rendition of whatever its decoder reads',
    breaking: ({ rendition }) => ({
      rendition: (path, target, form) =>
        rendition(path, target, form).catch(async (error: unknown) => {
          const isSvg = isKithError(error) && (await readFile(path, 'latin1')).startsWith('<svg')
          if (!isSvg) throw error
          await sharp(path).toFormat(form.format).toFile(target)
          return { format: form.format, isOnlyFormat: false }
        }),
    }),
    fails: [failing],
  },
  {
    flaw: 'calls all unreadable that it cannot render',
    breaking: ({ rendition }) => ({
      rendition: (path, target, form) =>
        rendition(path, target, form).catch(() => Promise.reject(new KithError('media-unreadable'))),
    }),
    fails: ['images/io-errors'],
  },
  {
    flaw: 'renders over its source',
    breaking: ({ rendition }) => ({
      async rendition(path, target, form) {
        const answer = await rendition(path, target, form)
        await copyFile(target, path)
        return answer
      },
    }),
    fails: ['images/source-unchanged'],
  },
  {
    flaw: 'remembers its renditions by their path',
    breaking({ rendition }) {
      const known = new Map<string, Buffer>()
      return {
        async rendition(path, target, form) {
          const answer = await rendition(path, target, form)
          const before = known.get(path)
          if (before) await writeFile(target, before)
          else known.set(path, await readFile(target))
          return answer
        },
      }
    },
    fails: ['images/path-read-anew'],
  },
  {
    flaw: 'mixes up two renditions at once',
    breaking({ rendition }) {
      let latest = ''
      return {
        async rendition(path, target, form) {
          latest = path
          await gap()
          return await rendition(latest, target, form)
        },
      }
    },
    fails: ['images/parallel'],
  },
]
