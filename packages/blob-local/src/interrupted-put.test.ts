import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCopyingImages } from '../test/copying-images.ts'
import { filesIn, makeDirectory } from '../test/directories.ts'
import { createLocalBlobs } from './index.ts'

const images = createCopyingImages()
const slowPut = fileURLToPath(new URL('../test/slow-put.ts', import.meta.url))

test('a put whose stream fails at any point leaves no file at all', async () => {
  const directory = await makeDirectory()
  const blobs = createLocalBlobs({ directory, images })
  const parts = fc.array(fc.uint8Array({ maxLength: 5000 }), { maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(parts, fc.boolean(), async (chunks, short) => {
      async function* stream(): AsyncGenerator<Uint8Array> {
        yield* chunks
        if (!short) throw new Error('cut off')
      }
      const size = chunks.reduce((sum, { length }) => sum + length, 1)
      await expect(blobs.put('a', stream(), { contentType: 'image/webp', size })).rejects.toThrow(
        /cut off|The file is incomplete/,
      )
      expect(await blobs.read('a', null, () => null)).toBeNull()
      expect(filesIn(directory)).toEqual([])
    }),
    { numRuns: 50 },
  )
})

test.each([1, 5, 40])(
  'a process that is killed after %i chunks leaves nothing that is read',
  async (count) => {
    const directory = await makeDirectory()
    const flags = [
      '--conditions=@kith/source',
      '--experimental-strip-types',
      '--disable-warning=ExperimentalWarning',
    ]
    const child = spawn(process.execPath, [...flags, slowPut, directory, 'a'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let seen = 0
    for await (const dots of child.stdout) {
      seen += String(dots).length
      if (seen >= count) break
    }
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')

    const blobs = createLocalBlobs({ directory, images })
    expect(await blobs.read('a', null, () => null)).toBeNull()
    expect(filesIn(directory).filter((name) => !name.startsWith('.temporary/'))).toEqual([])
    expect(filesIn(directory)).toHaveLength(1)
  },
)
