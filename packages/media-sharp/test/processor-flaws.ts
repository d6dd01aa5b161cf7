import { readFile, writeFile } from 'node:fs/promises'
import type { ImageMeasures, ImageProcessor, Rendition } from '@kith/core/ports'
import sharp, { type Metadata, type Sharp } from 'sharp'
import type { Broken } from '../../../test/flaws.ts'

export type Breaking = Broken<ImageProcessor>['breaking']

/** What a flaw uses to select its images. A file that is not an image has the values of a small one. */
export interface Source {
  path: string
  bytes: Buffer
  width: number
  height: number
  /** The EXIF orientation. */
  orientation: number
  /** Whether it has a color profile, like one of the samples. */
  isWide: boolean
  isMoving: boolean
  /** Whether the kit has put a name and a place into it. */
  isTagged: boolean
  is(format: 'GIF' | 'WEBP' | 'avif' | 'heic' | 'JPEG'): boolean
}

/** Reads these properties of a file. */
export async function look(path: string): Promise<Source> {
  const bytes = await readFile(path)
  const head = bytes.toString('latin1', 0, 12)
  const found = await metadataOf(bytes)
  return {
    path,
    bytes,
    width: found?.width ?? 1,
    height: found?.height ?? 1,
    orientation: found?.orientation ?? 1,
    isWide: found?.icc !== undefined,
    isMoving: (found?.pages ?? 1) > 1,
    isTagged: bytes.includes('PRIVATE'),
    is: (format) => (format === 'JPEG' ? bytes[0] === 0xff : head.includes(format)),
  }
}

/** `null` for a file that is not an image; an empty file is refused immediately. */
async function metadataOf(bytes: Buffer): Promise<Metadata | null> {
  return bytes.length > 0
    ? await sharp(bytes)
        .metadata()
        .catch(() => null)
    : null
}

/** Changes the measures. */
export function measuring(
  change: (
    measures: ImageMeasures,
    source: Source,
  ) => Partial<ImageMeasures> | Promise<Partial<ImageMeasures>>,
): Breaking {
  return ({ normalize }) => ({
    async normalize(path, target) {
      const source = await look(path)
      const measures = await normalize(path, target)
      return { ...measures, ...(await change(measures, source)) }
    },
  })
}

/** Stores some images in another way: `write` returns `null` for the others. */
export function storing(write: (source: Source, stored: Buffer) => Promise<Buffer> | null): Breaking {
  return ({ normalize }) => ({
    async normalize(path, target) {
      const source = await look(path)
      const measures = await normalize(path, target)
      const other = await write(source, await readFile(target))
      if (other) await writeFile(target, other)
      return measures
    },
  })
}

/** Creates some renditions in another way: `draw` returns `null` for the others. */
export function rendering(
  draw: (source: Source, rendition: Rendition, made: Buffer) => Sharp | null,
): Breaking {
  return ({ rendition: sound }) => ({
    async rendition(path, target, form) {
      const source = await look(path)
      const answer = await sound(path, target, form)
      const image = draw(source, form.rendition, await readFile(target))
      if (image) await image.toFormat(answer.format, { effort: 1 }).toFile(target)
      return answer
    },
  })
}
