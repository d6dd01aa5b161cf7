import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ImageProcessor, type Rendition, renditionPixels } from '@kith/core/ports'
import { inTestFolder } from '../folders.ts'
import { refuse } from './refuse.ts'

// https://cloudinary.com/documentation/transformation_reference, as far as renditions need it: everything else is refused.

/** One step: its parameters by their letters. */
export type Component = Readonly<Record<string, string>>

const values: Readonly<Record<string, RegExp>> = {
  ar: /^\d+(?:\.\d+)?(?::\d+)?$/,
  c: /^(?:crop|fill|limit)$/,
  cs: /^srgb$/,
  f: /^(?:webp|jpg|png)$/,
  fl: /^(?:awebp|animated)$/,
  g: /^(?:center|auto)$/,
  h: /^[1-9]\d*$/,
  q: /^(?:auto(?::(?:best|good|eco|low))?|[1-9]\d?|100)$/,
  w: /^[1-9]\d*$/,
}

/** Parses a transformation: steps between slashes, parameters between commas. */
export function parseTransformation(text: string): Component[] {
  return text.split('/').map((step) => {
    const component: Record<string, string> = {}
    for (const parameter of step.split(',')) {
      const [, name = '', value = ''] = /^([a-z]+)_(.+)$/.exec(parameter) ?? []
      if (!values[name]) refuse(400, `Invalid transformation component - ${parameter}`)
      if (!values[name].test(value)) refuse(400, `Invalid ${name} in transformation: ${value}`)
      if (name in component) refuse(400, `Invalid transformation component - ${step}`)
      component[name] = value
    }
    if ((component['w'] ?? component['h'] ?? component['ar']) !== undefined && !component['c'])
      refuse(400, `Invalid transformation component - ${step}`)
    return component
  })
}

/** Transforms a picture: a centered square or none, then no larger than a box. */
export async function transform(
  bytes: Buffer,
  components: readonly Component[],
  images: ImageProcessor,
): Promise<Buffer> {
  const crops = components.filter(({ c }) => c === 'crop')
  const limit = components.find(({ c }) => c === 'limit')
  const square = crops.length === 1 && crops[0]?.['ar'] === '1:1' && crops[0]['g'] === 'center'
  const rendition = (Object.keys(renditionPixels) as Rendition[]).find((name) => {
    const pixels = String(renditionPixels[name])
    return limit?.['w'] === pixels && limit['h'] === pixels && (name === 'thumb') === square
  })
  if (rendition === undefined || components.length !== (square ? 2 : 1))
    refuse(400, 'This is more than the double of Cloudinary can make')
  return await inTestFolder(async (folder) => {
    const [path, target] = [join(folder, 'image'), join(folder, 'rendition')]
    await writeFile(path, bytes)
    await images.rendition(path, target, { rendition, format: 'webp' })
    return await readFile(target)
  })
}
