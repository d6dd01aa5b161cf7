import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ImageProcessor } from '@kith/core/ports'
import type * as Images from '@kith/media-sharp'
import { createSharpImages } from '@kith/media-sharp'
import sharp, { type SharpOptions } from 'sharp'
import { percentile } from '../percentile.ts'

/**
 * What a photograph of 12 megapixels costs in separate processes and in the server's, alternating in one run; with
 * `KITH_ROOT=<another checkout>` also with the processor of that checkout.
 */
const rounds = 7
const folder = mkdtempSync(join(tmpdir(), 'kith-photos-'))
const photo = join(folder, 'photo.jpg')
const stored = join(folder, 'stored.webp')
const noise = { width: 1000, height: 750, channels: 3, noise: { type: 'gaussian', mean: 128, sigma: 60 } }
const coarse = await sharp({ create: noise } as unknown as SharpOptions)
  .png()
  .toBuffer()
await sharp(coarse)
  .resize(4000, 3000, { kernel: 'cubic' })
  .withIccProfile('p3')
  .jpeg({ quality: 92 })
  .toFile(photo)

const processors: [name: string, images: ImageProcessor][] = [
  ['in processes', createSharpImages({ maxSeconds: 600 })],
  ['in the server', createSharpImages({ isolation: 'none' })],
]
const root = process.env['KITH_ROOT']
if (root) {
  const path = join(resolve(root), 'packages/media-sharp/src/index.ts')
  const other = (await import(pathToFileURL(path).href)) as typeof Images
  processors.push([`of ${root}`, other.createSharpImages()])
}

const full = { rendition: 'full', format: 'webp' } as const
const steps: [name: string, run: (images: ImageProcessor) => Promise<unknown>][] = [
  ['inspect', (images) => images.inspect(photo)],
  ['normalize', (images) => images.normalize(photo, stored)],
  ['full', (images) => images.rendition(stored, join(folder, 'full.webp'), full)],
]
const times = new Map<string, number[]>()
for (let round = 0; round <= rounds; round++)
  for (const [step, run] of steps)
    for (const [name, images] of processors) {
      const start = performance.now()
      await run(images)
      const key = `${step} ${name}`
      // The first round starts processes and loads libraries.
      if (round > 0) times.set(key, [...(times.get(key) ?? []), performance.now() - start])
    }
for (const [key, values] of times)
  console.log(
    `${key}: median ${percentile(values, 0.5).toFixed()} ms, least ${Math.min(...values).toFixed()} ms`,
  )
rmSync(folder, { recursive: true })
const least = (name: string): number => Math.min(...(times.get(`normalize ${name}`) ?? []))
// Minimum times say the most on a machine with other load.
process.exitCode = least('in processes') > 1.5 * least('in the server') ? 1 : 0
process.exit()
