import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { systemCode } from '@kith/core/adapter'
import type { RenditionFormat, ServedBlobStore } from '@kith/core/ports'
import { describe, expect, test } from 'vitest'
import { type CopyingImages, createCopyingImages } from '../test/copying-images.ts'
import { filesIn, makeDirectory, openFilesIn } from '../test/directories.ts'
import { createLocalBlobs } from './index.ts'

const meta = { contentType: 'image/webp', size: null } as const

async function* chunks(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part)
}

async function read(
  blobs: ServedBlobStore,
  key: string,
  format: RenditionFormat = 'webp',
): Promise<string | null> {
  const blob = await blobs.read(key, { rendition: 'thumb', format }, () => null)
  if (!blob) return null
  let text = ''
  for await (const part of blob.bytes) text += Buffer.from(part).toString()
  return text
}

interface Fixture {
  directory: string
  blobs: ServedBlobStore
  images: CopyingImages
}

async function open(images: CopyingImages = createCopyingImages()): Promise<Fixture> {
  const directory = await makeDirectory()
  return { directory, images, blobs: createLocalBlobs({ directory, images }) }
}

test.each([
  [undefined, /directory: give the path of a folder/],
  [{ images: createCopyingImages() }, /directory: give the path of a folder/],
  [{ directory: '' }, /directory: give the path of a folder/],
  [{ directory: 'media' }, /images: give what makes the renditions, such as createSharpImages\(\)/],
])('invalid options are a TypeError: %o', (options, message) => {
  expect(() => createLocalBlobs(options as never)).toThrow(TypeError)
  expect(() => createLocalBlobs(options as never)).toThrow(message)
})

test('nothing is written before the first put', async () => {
  const directory = join(await makeDirectory(), 'media')
  const blobs = createLocalBlobs({ directory, images: createCopyingImages() })
  expect(await blobs.read('a', null, () => null)).toBeNull()
  await blobs.remove('a')
  expect(filesIn(join(directory, '..'))).toEqual([])
})

test('blobs are in two levels of folders, evenly distributed even if their keys start alike', async () => {
  const { blobs, directory } = await open()
  for (let index = 0; index < 60; index++) await blobs.put(`0190-${index}`, chunks('x'), meta)
  const top = readdirSync(directory).filter((name) => name !== '.temporary')
  expect(top.length).toBeGreaterThan(30)
  for (const name of filesIn(directory)) expect(name).toMatch(/^\w\w\/\w\w\/0190-\d+\/000001-\w{16}\.webp$/)
})

test('foreign files in the folder are not listed, and do not stop a list', async () => {
  const { blobs, directory } = await open()
  for (const key of ['a', 'b']) await blobs.put(key, chunks('x'), meta)
  const [place = ''] = filesIn(directory).filter((name) => name.includes('/a/'))
  const [top = '', middle = ''] = place.split('/')
  writeFileSync(join(directory, '00'), 'x')
  writeFileSync(join(directory, top, middle, 'readme'), 'x')
  // A copy of another blob: removing it by its key would remove the original.
  await mkdir(join(directory, top, middle, 'c'))
  writeFileSync(join(directory, top, middle, 'c', '000001-0000000000000000.webp'), 'x')
  const { blobs: listed, next } = await blobs.list(null, 10)
  expect(listed.map(({ key }) => key).sort()).toEqual(['a', 'b'])
  expect(next).toBeNull()
})

describe('renditions', () => {
  test('are created once for 20 readers, and then reused', async () => {
    const { blobs, images, directory } = await open(createCopyingImages(() => wait(20)))
    await blobs.put('a', chunks('x'), meta)
    expect(images.made).toEqual([])
    const all = await Promise.all(Array.from({ length: 20 }, () => read(blobs, 'a')))
    expect(all).toEqual(Array.from({ length: 20 }, () => 'x'))
    await read(blobs, 'a')
    await read(createLocalBlobs({ directory, images }), 'a')
    expect(images.made).toEqual(['thumb webp'])
  })

  test('are created once in each format for 20 readers of both, and stored next to each other', async () => {
    const { blobs, images, directory } = await open(createCopyingImages(() => wait(20)))
    await blobs.put('a', chunks('x'), meta)
    const formats = Array.from({ length: 20 }, (_, index) => (index % 2 ? 'avif' : 'webp'))
    const all = await Promise.all(formats.map((format) => read(blobs, 'a', format)))
    for (const [index, text] of all.entries()) expect(text?.includes('ftypavif')).toBe(index % 2 === 1)
    const again = createLocalBlobs({ directory, images })
    for (const format of ['avif', 'webp'] as const) await read(again, 'a', format)
    expect(images.made.toSorted()).toEqual(['thumb avif', 'thumb webp'])
    expect(filesIn(directory).map((name) => name.replace(/.*-/, ''))).toEqual([
      'thumb.avif',
      'thumb.webp',
      expect.stringMatching(/^\w{16}\.webp$/),
    ])
  })

  test.each([
    ['webp', 'avif'],
    ['avif', 'webp'],
    ['avif', 'avif'],
  ] as const)(
    'of animations are created once, requested as %s and then as %s, sequentially or concurrently',
    async (...formats) => {
      const { blobs, images, directory } = await open(createCopyingImages(() => wait(20)))
      await blobs.put('a', chunks('moving'), meta)
      for (const format of formats) expect(await read(blobs, 'a', format)).toBe('moving')
      await read(createLocalBlobs({ directory, images }), 'a', 'avif')
      expect(images.made).toHaveLength(1)
      await blobs.put('b', chunks('moving'), meta)
      await Promise.all(formats.map((format) => read(blobs, 'b', format)))
      expect(images.made).toHaveLength(2)
    },
  )

  test('are only WebP if AVIF is turned off, even if an AVIF from before exists', async () => {
    const { blobs, images, directory } = await open()
    await blobs.put('a', chunks('x'), meta)
    await read(blobs, 'a', 'avif')
    const webpOnly = createLocalBlobs({ directory, images, avif: false })
    expect(webpOnly.formats).toEqual(['webp'])
    expect(await read(webpOnly, 'a', 'avif')).toBe('x')
    expect(images.made).toEqual(['thumb avif', 'thumb webp'])
    await webpOnly.remove('a')
    expect(filesIn(directory)).toEqual([])
  })

  test('of a replaced image are created again, and none of the previous image remains', async () => {
    const { blobs, images, directory } = await open()
    for (const text of ['one', 'two', 'three']) {
      await blobs.put('a', chunks(text), meta)
      expect(await read(blobs, 'a')).toBe(text)
    }
    expect(images.made).toHaveLength(3)
    expect(filesIn(directory)).toHaveLength(2)
  })

  test.each(['removed', 'replaced'])(
    'that are created while their image is %s leave no file',
    async (change) => {
      const [begun, changed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      const { blobs, directory } = await open(
        createCopyingImages(async () => {
          begun.resolve()
          await changed.promise
        }),
      )
      await blobs.put('a', chunks('old'), meta)
      const reading = read(blobs, 'a')
      await begun.promise
      if (change === 'removed') await blobs.remove('a')
      else await blobs.put('a', chunks('new'), meta)
      changed.resolve()
      expect(await reading).toBe(change === 'removed' ? null : 'new')
      expect(filesIn(directory)).toHaveLength(change === 'removed' ? 0 : 2)
    },
  )

  test('that fail are an error, leave no file, and are retried', async () => {
    let broken = true
    const { blobs, directory } = await open(
      createCopyingImages(async () => {
        if (broken) throw new Error('no memory')
      }),
    )
    await blobs.put('a', chunks('x'), meta)
    await expect(read(blobs, 'a')).rejects.toThrow('no memory')
    expect(filesIn(directory)).toHaveLength(1)
    broken = false
    expect(await read(blobs, 'a')).toBe('x')
  })
})

test('files of uploads that stopped more than an hour ago are removed at the next put', async () => {
  const { blobs, directory } = await open()
  const temporary = join(directory, '.temporary')
  await mkdir(temporary)
  for (const [name, minutes] of Object.entries({ stale: 61, fresh: 59 })) {
    writeFileSync(join(temporary, name), 'x')
    const time = Date.now() / 1000 - minutes * 60
    utimesSync(join(temporary, name), time, time)
  }
  await blobs.put('a', chunks('x'), meta)
  expect(readdirSync(temporary)).toEqual(['fresh'])
})

test('concurrent puts, removals and reads of one key all succeed, and leave nothing after a removal', async () => {
  const { blobs, directory } = await open()
  for (let round = 0; round < 60; round++) {
    const puts = Array.from({ length: 3 }, () => blobs.put('a', chunks('x'), meta))
    const removals = Array.from({ length: 3 }, async () => {
      for (const turns of [round % 7, 2]) {
        for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
        await blobs.remove('a')
      }
    })
    await Promise.all([...puts, ...removals, read(blobs, 'a').catch(mayBeGone)])
  }
  await blobs.remove('a')
  expect(filesIn(directory)).toEqual([])
})

test('a removal succeeds while a put moves its file into the same folder, and includes that file', async () => {
  const { blobs, directory } = await open()
  const temporary = join(directory, '.temporary')
  let late = 0
  for (let round = 0; round < 40; round++) {
    await blobs.put('a', chunks('x'), meta)
    const removal = blobs.remove('a')
    // As a put does that found the folder before it was moved.
    for (let turn = 0; turn < 8; turn++) {
      await new Promise(setImmediate)
      for (const name of readdirSync(temporary)) {
        try {
          writeFileSync(join(temporary, name, `late-${turn}`), 'x')
          late++
        } catch (error) {
          // The folder was removed between the check and the write.
          expect(systemCode(error)).toBe('ENOENT')
        }
      }
    }
    await removal
  }
  expect(late).toBeGreaterThan(0)
  expect(filesIn(directory)).toEqual([])
})

/** A reader whose blob is removed meanwhile may get an error from its stream. */
function mayBeGone(error: NodeJS.ErrnoException): null {
  expect([error.code, error.syscall]).toEqual(['ENOENT', 'open'])
  return null
}

test('a reader that stops early, and one that never starts, leave no file open', async () => {
  if (!existsSync('/proc/self/fd')) return
  const { blobs, directory } = await open()
  await blobs.put('a', chunks('x'.repeat(1_000_000)), meta)
  for (let index = 0; index < 20; index++) {
    await blobs.read('a', null, () => null)
    for await (const part of (await blobs.read('a', null, () => null))?.bytes ?? []) if (part) break
  }
  // A stream closes its file a moment after it is destroyed.
  await expect.poll(() => openFilesIn(directory), { timeout: 20_000 }).toEqual([])
})

describe('a failing disk', () => {
  function failing(code: string): CopyingImages {
    return createCopyingImages(() => Promise.reject(Object.assign(new Error(code), { code })))
  }

  test.each([
    ['ENOSPC', { code: 'storage-full', retryAfterSeconds: 60 }],
    ['EROFS', { code: 'media-unavailable', retryAfterSeconds: 60 }],
    ['EMFILE', { code: 'busy', retryAfterSeconds: 5 }],
    ['EACCES', { code: 'storage-failed' }],
  ])('is reported with a Kith code for %s', async (code, expected) => {
    const { blobs } = await open(failing(code))
    await blobs.put('a', chunks('x'), meta)
    await expect(read(blobs, 'a')).rejects.toMatchObject(expected)
  })

  test('fails a put, and errors of the stream itself stay unchanged', async () => {
    const directory = join(await makeDirectory(), 'file')
    writeFileSync(directory, 'x')
    const blobs = createLocalBlobs({ directory, images: createCopyingImages() })
    await expect(blobs.put('a', chunks('x'), meta)).rejects.toMatchObject({ code: 'storage-failed' })
    const { blobs: sound } = await open()
    const denied = Object.assign(new Error('no'), { code: 'EACCES' })
    const stream = (async function* () {
      yield Buffer.from('x')
      throw denied
    })()
    await expect(sound.put('a', stream, meta)).rejects.toBe(denied)
  })
})
