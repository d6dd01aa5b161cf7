import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp, { type SharpOptions } from 'sharp'
import { createSharpImages } from '../src/index.ts'

/** Times what an upload of a 12 megapixel photograph costs, and its three renditions. */
const folder = mkdtempSync(join(tmpdir(), 'kith-bench-'))
const photo = join(folder, 'photo.jpg')
const stored = join(folder, 'stored.webp')
const images = createSharpImages()

const noise = { width: 1000, height: 750, channels: 3, noise: { type: 'gaussian', mean: 128, sigma: 60 } }
const coarse = await sharp({ create: noise } as unknown as SharpOptions)
  .png()
  .toBuffer()
await sharp(coarse).resize(4000, 3000, { kernel: 'cubic' }).jpeg({ quality: 92 }).toFile(photo)
console.log(`a photograph of 4000 × 3000, ${megabytes(photo)} MB`)

await report('inspect', () => images.inspect(photo))
await report('normalize', () => images.normalize(photo, stored))
console.log(`stored: ${megabytes(stored)} MB`)
for (const rendition of ['thumb', 'feed', 'full'] as const)
  for (const format of ['webp', 'avif'] as const) {
    const target = join(folder, rendition)
    await report(`${rendition} ${format}`, () => images.rendition(stored, target, { rendition, format }))
    console.log(`  ${Math.round(statSync(target).size / 1000)} KB`)
  }
console.log(`peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`)
rmSync(folder, { recursive: true })

async function report(name: string, run: () => Promise<unknown>): Promise<void> {
  const times: number[] = []
  for (let round = 0; round < 5; round++) {
    const start = performance.now()
    await run()
    times.push(performance.now() - start)
  }
  const median = times.sort((a, b) => a - b)[2] ?? 0
  console.log(`${name} ${median.toFixed(0)} ms`)
}

function megabytes(path: string): string {
  return (statSync(path).size / 1e6).toFixed(1)
}
