import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { VideoProcessor } from '@kith/core/ports'
import type * as Videos from '@kith/media-video'
import { createMediabunnyVideos } from '@kith/media-video'
import { kitFixture, unpack } from '../../../test/kit-samples.ts'
import { percentile } from '../percentile.ts'

/**
 * What stripping 100 MB of video costs, in a process and in the server's, alternating in one run; with
 * `KITH_ROOT=<another checkout>` also with the processor of that checkout. The frames are slices, as cameras write them.
 */
const rounds = 9
const frameBytes = 32_768
const frames = 3_200
const folder = mkdtempSync(join(tmpdir(), 'kith-strip-'))
const path = join(folder, 'video.mp4')
const picture = kitFixture('videos/frames/avc-0.bin')
// The header of an MP4 with this many frames of this size: made by the writers of the kit at 8647bf7.
const head = new URL('../../fixtures/strip-head.mp4.br', import.meta.url)

const slice = randomBytes(frameBytes)
picture.copy(slice)
const start = picture.length
slice.writeUInt32BE(frameBytes - start - 4, start)
slice[start + 4] = 0x65
const file = await open(path, 'w')
await file.write(unpack(head.pathname, readFileSync(head)))
for (let index = 0; index < frames; index++) await file.write(slice)
await file.close()

const processors: [name: string, videos: VideoProcessor][] = [
  ['in processes', createMediabunnyVideos()],
  ['in the server', createMediabunnyVideos({ isolation: 'none' })],
]
const root = process.env['KITH_ROOT']
if (root) {
  const index = join(resolve(root), 'packages/media-video/src/index.ts')
  const other = (await import(pathToFileURL(index).href)) as typeof Videos
  processors.push([`of ${root}`, other.createMediabunnyVideos()])
}
const times = new Map<string, number[]>(processors.map(([name]) => [name, []]))
for (let round = 0; round <= rounds; round++)
  for (const [name, videos] of processors) {
    const target = join(folder, 'target')
    const begun = performance.now()
    await videos.strip(path, target)
    // The first round starts a process and loads mediabunny.
    if (round > 0) times.get(name)?.push(performance.now() - begun)
    rmSync(target)
  }
for (const [name, values] of times)
  console.log(
    `strip 100 MB ${name}: median ${percentile(values, 0.5).toFixed()} ms, least ${Math.min(...values).toFixed()} ms`,
  )
console.log(`load ${loadavg()[0]?.toFixed(1)}`)
rmSync(folder, { recursive: true })
const least = (name: string): number => Math.min(...(times.get(name) ?? []))
process.exitCode = least('in processes') > 1.5 * least('in the server') ? 1 : 0
process.exit()
