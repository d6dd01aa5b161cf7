import assert from 'node:assert/strict'
import { sniff } from '@kith/core/adapter'
import type { RenditionForm, RenditionFormat, ServedBlobStore, ServedFile } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { nextId } from '../records.ts'
import { readFile } from './reading-bytes.ts'
import { assertBytes, blue, forms, moving, put } from './samples.ts'

/** What `formats` and `read` promise about formats. A store that offers only WebP has to return it to everyone. */
export const formatCases: readonly Case<ServedBlobStore>[] = [
  {
    id: 'blobs/formats',
    title: 'formats lists each format once, including WebP, and is constant',
    async run(blobs) {
      const before = [...blobs.formats]
      assert.ok(before.includes('webp'))
      assert.equal(new Set(before).size, before.length)
      const key = nextId()
      await put(blobs, key)
      for (const form of forms) await readFile(blobs, key, { form })
      assert.deepEqual(blobs.formats, before)
    },
  },
  {
    id: 'blobs/format-asked',
    title: 'a reader gets the requested format if it is offered and WebP if not, in the bytes too',
    async run(blobs) {
      const key = nextId()
      await put(blobs, key)
      for (const form of [...forms, ...forms]) {
        const file = await readFile(blobs, key, { form })
        const expected = typeOf(blobs, form.format)
        assert.deepEqual([file?.contentType, sniff(file?.bytes ?? Buffer.alloc(0))], [expected, expected])
      }
    },
  },
  {
    id: 'blobs/format-told',
    title: 'type and size of a rendition come with its bytes, and before them if a range is selected',
    async run(blobs) {
      const key = nextId()
      await put(blobs, key)
      for (const form of forms) {
        const told: ServedFile[] = []
        const whole = await readFile(blobs, key, { form })
        const part = await readFile(blobs, key, {
          form,
          range({ contentType, size }) {
            told.push({ contentType, size })
            return { start: 3, end: size - 1 }
          },
        })
        assert.equal(whole?.size, whole?.bytes.length)
        assert.equal(part?.size, whole?.size)
        assert.deepEqual(told, [{ contentType: whole?.contentType, size: whole?.size }])
        assertBytes(part?.bytes ?? null, whole?.bytes.subarray(3) ?? Buffer.alloc(0))
      }
    },
  },
  {
    id: 'blobs/animated-is-webp',
    title: 'an animation is WebP, whichever format is requested and whichever was requested first',
    async run(blobs) {
      for (const first of ['webp', 'avif'] as const) {
        const key = nextId()
        await put(blobs, key, { bytes: moving })
        for (const format of [first, 'avif', 'webp', 'avif'] as const) {
          const file = await readFile(blobs, key, { form: { rendition: 'feed', format } })
          assert.equal(file?.contentType, 'image/webp')
          assert.equal(sniff(file.bytes), 'image/webp')
        }
      }
    },
  },
  {
    id: 'blobs/parallel-formats',
    title: 'of 20 parallel readers in two formats each gets the same as the others of its format',
    async run(blobs) {
      const key = nextId()
      await put(blobs, key)
      const formatOf = (index: number): RenditionFormat => (index % 2 ? 'webp' : 'avif')
      const files = await race(20, (index) =>
        readFile(blobs, key, { form: { rendition: 'feed', format: formatOf(index) } }),
      )
      for (const [index, file] of files.entries()) {
        assertBytes(file?.bytes ?? null, files[index % 2]?.bytes ?? Buffer.alloc(0))
        assert.equal(sniff(file?.bytes ?? Buffer.alloc(0)), typeOf(blobs, formatOf(index)))
      }
    },
  },
  {
    id: 'blobs/put-again-formats',
    title: 'putting a key again replaces its renditions in every format, a still by what moves and back',
    async run(blobs) {
      const key = nextId()
      const before = new Map<RenditionForm, string | undefined>()
      for (const bytes of [blue, moving, blue]) {
        await put(blobs, key, { bytes })
        for (const form of forms) {
          const name = `${form.rendition} ${form.format}`
          const file = await readFile(blobs, key, { form })
          const there = file?.bytes.toString('base64')
          assert.notEqual(there, before.get(form), name)
          before.set(form, there)
          // The thumb of an animation may be a still.
          if (form.rendition !== 'thumb' || bytes !== moving)
            assert.equal(
              file?.contentType,
              bytes === moving ? 'image/webp' : typeOf(blobs, form.format),
              name,
            )
        }
      }
    },
  },
  {
    id: 'blobs/remove-formats',
    title: 'remove also removes renditions in every format, including those being made',
    async run(blobs) {
      await repeat(3, async () => {
        const key = nextId()
        await put(blobs, key)
        const read = (index: number): Promise<unknown> =>
          readFile(blobs, key, { form: forms[index % forms.length] ?? null })
        await read(1)
        await Promise.all([
          // A reader whose blob is removed meanwhile may get an error from its stream.
          race(12, (index) => read(index).catch(() => null)),
          blobs.remove(key),
        ])
        for (const [index, { rendition, format }] of forms.entries())
          assert.ok((await read(index)) === null, `${rendition} ${format} is there`)
      })
    },
  },
]

function typeOf({ formats }: ServedBlobStore, asked: RenditionFormat): `image/${RenditionFormat}` {
  return `image/${formats.includes(asked) ? asked : 'webp'}`
}
