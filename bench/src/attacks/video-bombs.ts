import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMediabunnyVideos } from '@kith/media-video'
import { isoBombs, webmBombs } from '../../../test/kit-samples.ts'

/** Small videos that claim, nest or repeat more than a video: no more than seconds, and no memory of the server's. */
const maxMillis = 5_000
const maxMebibytes = 64

const videos = createMediabunnyVideos()
const folder = mkdtempSync(join(tmpdir(), 'kith-bombs-'))
const path = join(folder, 'bomb')
let broken = 0

async function outcome(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'read',
    (error: { code?: string }) => error.code ?? String(error),
  )
}

for (const { name, file } of [...isoBombs, ...webmBombs]) {
  const bytes = file()
  writeFileSync(path, bytes)
  const before = process.memoryUsage.rss()
  const start = performance.now()
  const inspected = await outcome(videos.inspect(path))
  const stripped = await outcome(videos.strip(path, join(folder, 'target')))
  const millis = performance.now() - start
  const mebibytes = (process.memoryUsage.rss() - before) / 2 ** 20
  const codes = ['read', 'media-unreadable', 'media-too-complex']
  const holds =
    millis < maxMillis && mebibytes < maxMebibytes && codes.includes(inspected) && codes.includes(stripped)
  if (!holds) broken++
  const size = `${Math.ceil(bytes.length / 1024)} KB`.padStart(8)
  console.log(
    `${name.padEnd(54)}${size}${millis.toFixed(0).padStart(7)} ms${mebibytes.toFixed(0).padStart(5)} MB  ${inspected}, ${stripped}`,
  )
}
rmSync(folder, { recursive: true })
console.log(broken === 0 ? 'every one is bounded' : `${broken} are not bounded`)
process.exitCode = broken === 0 ? 0 : 1
