import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { describeWithDouble, openMedia, optionsOf } from '../test/cloudinary-media.ts'
import { film } from '../../../test/blob-samples.ts'

const MiB = 1024 * 1024
const killedPut = new URL('../test/killed-put.ts', import.meta.url)
const putAndTellMemory = new URL('../test/put-and-tell-memory.ts', import.meta.url)

/** How to run a script beside the tests. */
function commandOf(script: URL, options: object): string[] {
  const flags = [
    '--conditions=@kith/source',
    '--experimental-strip-types',
    '--disable-warning=ExperimentalWarning',
  ]
  return [...flags, fileURLToPath(script), JSON.stringify(options)]
}

describeWithDouble('another process', { videoBytes: 1000 * MiB }, (double) => {
  test.each([3, 20])('that is killed after %i MiB leaves nothing that is seen', async (count) => {
    const { blobs, folder } = openMedia(double())
    const kept = (): unknown[] =>
      double()
        .assets.all()
        .filter(({ publicId }) => publicId.startsWith(folder))
    const before = double().unfinished()
    const options = { ...optionsOf(double()), folder }
    const child = spawn(process.execPath, commandOf(killedPut, options), {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let seen = 0
    for await (const dots of child.stdout) {
      seen += String(dots).length
      if (seen >= count) break
    }
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    expect(kept()).toEqual([])
    if (count > 12) expect(double().unfinished()).toBe(before + 1)
    await blobs.remove('a')
    expect(kept()).toEqual([])
  })

  test(
    'that stores and reads a long video needs little more memory than for a short one',
    { timeout: 120_000 },
    async () => {
      const folder = 'long'
      const peak = async (count: number): Promise<number> => {
        const asset = { resourceType: 'video', type: 'authenticated', format: 'mp4', width: 1, height: 1 }
        double().assets.save(
          { ...asset, publicId: `${folder}/staged/film-${count}`, bytes: film(count * MiB) },
          true,
        )
        const options = { ...optionsOf(double()), folder, count }
        const { stdout } = await promisify(execFile)(process.execPath, commandOf(putAndTellMemory, options))
        const told = JSON.parse(stdout) as { received: number; peak: number }
        expect(told.received).toBe(count * MiB)
        return told.peak / MiB
      }
      const [short, long] = [await peak(40), await peak(140)]
      console.log(`peak memory: ${short.toFixed()} MiB for 40 MiB, ${long.toFixed()} MiB for 140 MiB`)
      expect(short).toBeGreaterThan(40)
      // Who held it whole would need 100 more.
      expect(long - short).toBeLessThan(80)
    },
  )
})
