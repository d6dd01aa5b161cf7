import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { makeFolder, openMedia, startAccount } from '../test/imagekit-media.ts'
import { errorOf, image, mebibytes, picture, video } from '../../../test/blob-samples.ts'

const script = fileURLToPath(new URL('../test/put-and-tell-memory.ts', import.meta.url))

const MiB = 1024 * 1024

test('only a small part of a long video is in memory at a time', { timeout: 60_000 }, async () => {
  const flags = [
    '--expose-gc',
    '--conditions=@kith/source',
    '--experimental-strip-types',
    '--disable-warning=ExperimentalWarning',
  ]
  const mostHeld = async (hoards: boolean): Promise<number> => {
    const options = JSON.stringify({ mebibytes: 64, hoards })
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, script, options])
    const { received, most } = JSON.parse(stdout) as Record<'received' | 'most', number>
    expect(Math.floor(received / MiB)).toBe(64)
    return most / MiB
  }
  expect(await mostHeld(true)).toBeGreaterThan(60)
  expect(await mostHeld(false)).toBeLessThan(30)
})

test('nothing remains on the disk, and files of a killed process are removed at a put an hour later', async () => {
  const temporaryDirectory = makeFolder()
  const [stale, fresh] = ['kith-file-stale', 'kith-file-fresh']
  for (const name of [stale, fresh, 'of-others']) mkdirSync(join(temporaryDirectory, name))
  const before = new Date(Date.now() - 3_700_000)
  for (const name of [stale, 'of-others']) utimesSync(join(temporaryDirectory, name), before, before)
  const { blobs } = openMedia(await startAccount(), { temporaryDirectory })
  await blobs.put('a', picture(), image)
  const failing = mebibytes(3, async (index) => {
    if (index === 2) throw new Error('cut off')
  })
  await errorOf(() => blobs.put('b', failing, video))
  expect(readdirSync(temporaryDirectory).sort()).toEqual([fresh, 'of-others'])
})
