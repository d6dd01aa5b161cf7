import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { receiveFile } from './receive-file.ts'

const directory = mkdtempSync(join(tmpdir(), 'kith-receive-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')

test.each([1, 7, 4099, 4100, 4101, 65_536])(
  'a file that arrives in chunks of %i bytes in one reused buffer is written unchanged',
  async (length) => {
    const file = Buffer.concat([png, Buffer.from(Array.from({ length: 9000 }, (_, index) => index % 251))])
    async function* reusing(): AsyncGenerator<Uint8Array> {
      const memory = Buffer.alloc(length)
      for (let from = 0; from < file.length; from += length) {
        yield memory.subarray(0, file.copy(memory, 0, from))
        memory.fill(0)
      }
    }
    await receiveFile(
      reusing(),
      { directory, maxBytes: () => 10_000 },
      async ({ path, contentType, size }) => {
        expect([contentType, size]).toEqual(['image/png', file.length])
        expect(readFileSync(path).equals(file)).toBe(true)
      },
    )
    expect(readdirSync(directory)).toEqual([])
  },
)

test.each([
  {
    what: 'with an unsupported type',
    chunks: [Buffer.from('<svg>'), Buffer.alloc(9000), png],
    read: 2,
    code: 'unsupported-media-type',
  },
  { what: 'that is empty', chunks: [], read: 0, code: 'unsupported-media-type' },
  {
    what: 'that ends before its type is known and exceeds the limit',
    chunks: [png, Buffer.alloc(2000)],
    read: 2,
    code: 'media-too-large',
  },
  {
    what: 'that exceeds the limit',
    chunks: [png, Buffer.alloc(5000), png, png],
    read: 2,
    code: 'media-too-large',
  },
])(
  'a file $what is refused, read no further and closed, and leaves nothing behind',
  async ({ chunks, read, code }) => {
    let [given, closed] = [0, false]
    async function* counted(): AsyncGenerator<Uint8Array> {
      try {
        for (const chunk of chunks) {
          given++
          yield chunk
        }
      } finally {
        closed = true
      }
    }
    const used = receiveFile(counted(), { directory, maxBytes: () => 1000 }, async () => 'used')
    await expect(used).rejects.toMatchObject({ code })
    expect([given, closed]).toEqual([read, true])
    expect(readdirSync(directory)).toEqual([])
  },
)
