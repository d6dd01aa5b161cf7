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

/** How to run a script next to the tests. */
function commandOf(script: URL, options: object): string[] {
  const flags = [
    '--conditions=@kith/source',
    '--experimental-strip-types',
    '--disable-warning=ExperimentalWarning',
  ]
  return [...flags, fileURLToPath(script), JSON.stringify(options)]
}

describeWithDouble('another process', { videoBytes: 1000 * MiB }, (double) => {
  test.each([3, 20])('that is killed after %i MiB leaves nothing visible', async (count) => {
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
    'that stores and reads a long video holds only a few parts of it at a time',
    { timeout: 60_000 },
    async () => {
      const [folder, count] = ['long', 64]
      const asset = { resourceType: 'video', type: 'authenticated', format: 'mp4', width: 1, height: 1 }
      double().assets.save({ ...asset, publicId: `${folder}/staged/film`, bytes: film(count * MiB) }, true)
      const mostHeld = async (hoards: boolean): Promise<{ put: number; read: number }> => {
        const command = [
          '--expose-gc',
          ...commandOf(putAndTellMemory, { ...optionsOf(double()), folder, count, hoards }),
        ]
        const { stdout } = await promisify(execFile)(process.execPath, command)
        const { received, put, read } = JSON.parse(stdout) as Record<'received' | 'put' | 'read', number>
        expect(received).toBe(count * MiB)
        return { put: put / MiB, read: read / MiB }
      }
      const hoarding = await mostHeld(true)
      for (const held of Object.values(hoarding)) expect(held).toBeGreaterThan(60)
      const sparing = await mostHeld(false)
      for (const held of Object.values(sparing)) expect(held).toBeLessThan(40)
    },
  )
})
