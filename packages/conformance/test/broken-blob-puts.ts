import type { ServedBlobStore } from '@kith/core/ports'
import type { Broken } from '../../../test/flaws.ts'
import { collect, from, keepingRenditions } from './blob-streams.ts'

const announced = 'blobs/put-length-mismatch'

/** Flaws in `put`. */
export const putFlaws: readonly Broken<ServedBlobStore>[] = [
  {
    flaw: 'forgets the type',
    breaking: ({ read }) => ({
      async read(key, form, range) {
        const blob = await read(key, form, range)
        return (
          blob && { ...blob, contentType: blob.contentType.startsWith('image/') ? 'image/png' : 'video/mp4' }
        )
      },
    }),
    fails: [
      'blobs/put-again-formats',
      'blobs/format-told',
      'blobs/animated-is-webp',
      'blobs/format-asked',
      'blobs/put-visible',
      'blobs/put-again',
      'blobs/rendition-sizes',
      'blobs/types',
    ],
  },
  {
    flaw: 'takes an empty chunk for the end',
    breaking: ({ put }) => ({
      async put(key, bytes, meta) {
        const parts = await collect(bytes)
        const end = parts.findIndex(({ length }) => length === 0)
        await put(key, from(end < 0 ? parts : parts.slice(0, end)), {
          ...meta,
          size: end < 0 ? meta.size : null,
        })
      },
    }),
    fails: ['blobs/chunk-sizes'],
  },
  {
    flaw: 'collects chunks without copying them',
    breaking: ({ put }) => ({
      put: async (key, bytes, meta) => put(key, from(await collect(bytes, 'uncopied')), meta),
    }),
    fails: ['blobs/reused-chunk-memory'],
  },
  {
    flaw: 'lives on a disk that ignores letter case',
    breaking: ({ put, read, remove }) => ({
      put: (key, bytes, meta) => put(key.toLowerCase(), bytes, meta),
      read: (key, form, range) => read(key.toLowerCase(), form, range),
      remove: (key) => remove(key.toLowerCase()),
    }),
    fails: ['blobs/similar-keys'],
  },
  {
    flaw: 'takes a removal right after a put for a failure of the put',
    breaking: ({ put, read }) => ({
      async put(key, bytes, meta) {
        await put(key, bytes, meta)
        for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
        if (!(await read(key, null, () => null))) throw new Error('ENOENT')
      },
    }),
    fails: ['blobs/put-remove-race'],
  },
  {
    flaw: 'keeps the first blob of a key',
    breaking: ({ put, read }) => ({
      async put(key, bytes, meta) {
        if (await read(key, null, () => null)) await collect(bytes)
        else await put(key, bytes, meta)
      },
    }),
    fails: ['blobs/put-again-formats', 'blobs/put-again', 'blobs/put-again-renditions'],
  },
  {
    flaw: 'keeps its renditions when a key is put again',
    breaking: (sound) => keepingRenditions(sound, { forgets: true }),
    fails: ['blobs/put-again-formats', 'blobs/put-again-renditions'],
  },
  {
    flaw: 'writes as the bytes come',
    breaking: ({ put }) => ({
      async put(key, bytes, meta) {
        const parts: Uint8Array[] = []
        for await (const part of bytes) {
          parts.push(Uint8Array.from(part))
          await put(key, from(parts), { ...meta, size: null })
        }
        await put(key, from(parts), meta)
      },
    }),
    fails: ['blobs/failed-put-leaves-nothing', 'blobs/failed-put-keeps-old', 'blobs/no-partial-reads'],
  },
  {
    flaw: 'removes a key before it puts it again',
    breaking: ({ put, remove }) => ({
      async put(key, bytes, meta) {
        await remove(key)
        await put(key, bytes, meta)
      },
    }),
    fails: ['blobs/failed-put-keeps-old'],
  },
  {
    flaw: 'does not count the bytes it is given',
    breaking: ({ put }) => ({ put: (key, bytes, meta) => put(key, bytes, { ...meta, size: null }) }),
    fails: [announced, 'blobs/failed-put-leaves-nothing'],
  },
  {
    flaw: 'writes parallel puts of a key into one file',
    breaking({ put }) {
      const open = new Map<string, Uint8Array[]>()
      return {
        async put(key, bytes, meta) {
          const alone = !open.has(key)
          const file = open.get(key) ?? []
          open.set(key, file)
          const own: Uint8Array[] = []
          for await (const part of bytes) for (const parts of [own, file]) parts.push(Uint8Array.from(part))
          open.delete(key)
          await (alone && own.length === file.length
            ? put(key, from(own), meta)
            : put(key, from(file), { ...meta, size: null }))
        },
      }
    },
    fails: ['blobs/parallel-puts'],
  },
]
