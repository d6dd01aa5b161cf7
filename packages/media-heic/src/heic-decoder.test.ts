import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Worker } from 'node:worker_threads'
import { createSharpImages } from '@kith/media-sharp'
import fc from 'fast-check'
import sharp from 'sharp'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { createHeicDecoder } from './index.ts'
import { decodeHeic, decodeIn } from './kith-heic.ts'

const folder = mkdtempSync(join(tmpdir(), 'kith-heic-'))
const heic = createHeicDecoder()
const images = createSharpImages({ heic })
const target = join(folder, 'target')

afterAll(async () => {
  await images.close()
  rmSync(folder, { recursive: true })
})

function save(name: string, content: Uint8Array): string {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

function sample(name: string): string {
  return fileURLToPath(new URL(`../test/heic/${name}.heic`, import.meta.url))
}

/** The chunks of the WebP at the target. */
function chunks(): string[] {
  const webp = readFileSync(target)
  const names: string[] = []
  for (let at = 12; at < webp.length; at += 8 + ((webp.readUInt32LE(at + 4) + 1) & ~1))
    names.push(webp.toString('latin1', at, at + 4))
  return names
}

/** Colors in the corners of the stored image: top left, top right, bottom left. */
async function corners(): Promise<string[]> {
  const { data, info } = await sharp(readFileSync(target)).raw().toBuffer({ resolveWithObject: true })
  const names: Readonly<Record<string, string>> = { 100: 'red', '001': 'blue', 111: 'white', '010': 'green' }
  return [
    [5, 5],
    [info.width - 6, 5],
    [5, info.height - 6],
  ].map(([x = 0, y = 0]) => {
    const at = (y * info.width + x) * info.channels
    const bits = [...data.subarray(at, at + 3)].map((level) => (level > 100 ? 1 : 0)).join('')
    return names[bits] ?? bits
  })
}

describe('a HEIC image', () => {
  test.each([
    [1, ['red', 'blue', 'green']],
    [2, ['blue', 'red', 'white']],
    [3, ['white', 'green', 'blue']],
    [4, ['green', 'white', 'red']],
    [5, ['red', 'green', 'blue']],
    [6, ['green', 'red', 'white']],
    [7, ['white', 'blue', 'green']],
    [8, ['blue', 'white', 'red']],
  ])('with orientation %i is stored upright, without anything but its picture', async (turn, expected) => {
    const source = sample(`turned-${turn}`)
    expect(readFileSync(source).includes('PRIVATE')).toBe(true)
    const size = turn <= 4 ? { width: 96, height: 64 } : { width: 64, height: 96 }
    expect(await images.inspect(source)).toEqual({ ...size, frames: 1 })
    const measures = await images.normalize(source, target)
    expect(measures).toMatchObject({ ...size, takenAt: '2026-07-14T18:32:05' })
    expect(await corners()).toEqual(expected)
    expect(chunks()).toEqual(['VP8 '])
  })

  test.each(['p3', 'p3-tiles'])('with profile %s keeps its profile and its colors', async (name) => {
    const { palette } = await images.normalize(sample(name), target)
    expect(chunks()).toEqual(['VP8X', 'ICCP', 'VP8 '])
    expect(near(palette[0], '#20c040')).toBe(true)
  })

  test('with 10 bits per channel is read', async () => {
    const { palette } = await images.normalize(sample('deep'), target)
    expect(near(palette[0], '#cc8844')).toBe(true)
  })

  test('with transparency keeps it', async () => {
    await images.normalize(sample('clear'), target)
    const { data, info } = await sharp(readFileSync(target)).raw().toBuffer({ resolveWithObject: true })
    expect(info.channels).toBe(4)
    expect(Math.abs((data[3] ?? 0) - 64)).toBeLessThan(4)
  })

  test('gets renditions as well', async () => {
    await images.rendition(sample('turned-6'), target, { rendition: 'feed', format: 'avif' })
    expect((await sharp(readFileSync(target)).metadata()).hasAlpha).toBe(false)
    expect(await corners()).toEqual(['green', 'red', 'white'])
  })

  test('with too many pixels is refused before it is decoded', async () => {
    const threads = threadsStarted()
    const few = createSharpImages({ heic, isolation: 'none', maxPixels: 4032 * 3024 - 1 })
    await expect(few.normalize(sample('large'), target)).rejects.toMatchObject({ code: 'media-too-large' })
    expect(threads).toEqual([])
  })

  test('is decoded while this thread continues with other work', async () => {
    const before = performance.eventLoopUtilization()
    const started = performance.now()
    const tiff = await decodeHeic(large())
    const { active } = performance.eventLoopUtilization(before)
    expect(active).toBeLessThan((performance.now() - started) / 2)
    expect(await sharp(tiff).metadata()).toMatchObject({ format: 'tiff', width: 4032, height: 3024 })
  })
})

describe('a hostile HEIC image', () => {
  test('is aborted together with its thread when it takes too long', async () => {
    const threads = threadsStarted()
    await expect(decodeIn(large(), 0.05)).rejects.toMatchObject({ code: 'media-too-complex' })
    // An ended thread has the id -1.
    expect(threads.map(({ threadId }) => threadId)).toEqual([-1])
  })

  test('is ended together with its process if it uses more memory than allowed', async () => {
    const small = createSharpImages({ heic, maxMebibytes: 220 })
    onTestFinished(() => small.close())
    await expect(small.normalize(sample('large'), join(folder, 'never'))).rejects.toMatchObject({
      code: 'media-too-complex',
    })
    await small.normalize(sample('tiny'), target)
  })

  test.each([
    [64, 48],
    [7000, 7000],
  ])('that claims to have %i × %i pixels is unreadable', async (width, height) => {
    const bytes = readFileSync(sample('large'))
    const size = bytes.indexOf('ispe', 0, 'latin1') + 8
    bytes.writeUInt32BE(width, size)
    bytes.writeUInt32BE(height, size + 4)
    const path = save('lying.heic', bytes)
    expect(await images.inspect(path)).toMatchObject({ width, height })
    await expect(images.normalize(path, join(folder, 'never'))).rejects.toMatchObject({
      code: 'media-unreadable',
    })
    expect(existsSync(join(folder, 'never'))).toBe(false)
  })

  test.each(['turned-6', 'p3-tiles', 'large'])(
    'from %s that is truncated at any point is unreadable',
    async (name) => {
      const whole = readFileSync(sample(name))
      for (const share of [0.3, 0.6, 0.9, 1]) {
        const path = save('cut.heic', whole.subarray(0, Math.floor(whole.length * share) - 1))
        await expect(images.normalize(path, join(folder, 'never'))).rejects.toMatchObject({
          code: 'media-unreadable',
        })
        expect(existsSync(join(folder, 'never'))).toBe(false)
      }
    },
  )

  test('with any broken byte becomes an image or one clear error', async () => {
    const whole = readFileSync(sample('p3-tiles'))
    const change = fc.record({
      at: fc.nat(whole.length - 1),
      to: fc.uint8Array({ minLength: 1, maxLength: 8 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
        const bytes = Buffer.from(whole)
        for (const { at, to } of changes) bytes.set(to.subarray(0, bytes.length - at), at)
        const code = await images.normalize(save('broken.heic', bytes), target).then(
          () => 'read',
          (error: { code: string }) => error.code,
        )
        expect(['read', 'media-unreadable', 'media-too-large', 'media-too-complex']).toContain(code)
      }),
      { numRuns: 40 },
    )
  })
})

test('a decoder is not created without libheif-js', async () => {
  const alone = join(folder, 'alone')
  mkdirSync(join(alone, 'node_modules/@kith'), { recursive: true })
  cpSync(fileURLToPath(new URL('.', import.meta.url)), join(alone, 'src'), { recursive: true })
  symlinkSync(
    fileURLToPath(new URL('../node_modules/@kith/core', import.meta.url)),
    join(alone, 'node_modules/@kith/core'),
  )
  save('alone/package.json', Buffer.from('{ "type": "module" }'))
  const script = `import { createHeicDecoder } from './src/index.ts'
    try { createHeicDecoder() } catch (error) { console.log(error.message) }`
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@kith/source', '--experimental-strip-types', '--input-type=module', '-e', script],
    { cwd: alone, env: { ...process.env, NODE_PATH: '' } },
  )
  expect(stdout).toContain("Cannot find module 'libheif-js/wasm-bundle'")
})

/** The threads that this process starts from now on. */
function threadsStarted(): Worker[] {
  const threads: Worker[] = []
  const note = (thread: Worker): void => void threads.push(thread)
  process.on('worker', note)
  onTestFinished(() => void process.off('worker', note))
  return threads
}

function large(): { bytes: Uint8Array; profile: null } {
  return { bytes: readFileSync(sample('large')), profile: null }
}

function near(actual: string | undefined, expected: string): boolean {
  const levels = (hex: string): number[] => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
  const wanted = levels(expected)
  return levels(actual ?? '').every((level, index) => Math.abs(level - (wanted[index] ?? 0)) < 12)
}
