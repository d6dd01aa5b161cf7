import type { ServedBlobStore } from '@kith/core/ports'
import type { Broken } from '../../../test/flaws.ts'
import { collect, from, keepingRenditions } from './blob-streams.ts'

const announced = 'blobs: put rejects fewer and more bytes than were announced, and takes as many'

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
      'blobs: putting a key again replaces its renditions in every format, a still by what moves and back',
      'blobs: type and size of a rendition are told with its bytes, and before them where a range is picked',
      'blobs: what moves is WebP, whichever format is asked for and whichever was asked for first',
      'blobs: who asks for a format gets it if it is offered and WebP if not, by the bytes too',
      'blobs: what was put is seen, with its type and size',
      'blobs: putting a key again replaces bytes, size and type',
      'blobs: each rendition of an image is a WebP of the size that is told',
      'blobs: a blob of any type that is taken keeps it',
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
    fails: ['blobs: a blob in chunks of every size, empty ones too, comes back whole'],
  },
  {
    flaw: 'collects chunks without copying them',
    breaking: ({ put }) => ({
      put: async (key, bytes, meta) => put(key, from(await collect(bytes, 'uncopied')), meta),
    }),
    fails: ['blobs: a chunk whose memory is used again for the next has been copied'],
  },
  {
    flaw: 'lives on a disk that ignores letter case',
    breaking: ({ put, read, remove }) => ({
      put: (key, bytes, meta) => put(key.toLowerCase(), bytes, meta),
      read: (key, form, range) => read(key.toLowerCase(), form, range),
      remove: (key) => remove(key.toLowerCase()),
    }),
    fails: ['blobs: keys that differ in letter case or by an ending are apart'],
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
    fails: [
      'blobs: puts and removals of one key at the same moment all end well, and another removal leaves nothing',
    ],
  },
  {
    flaw: 'keeps the first blob of a key',
    breaking: ({ put, read }) => ({
      async put(key, bytes, meta) {
        if (await read(key, null, () => null)) await collect(bytes)
        else await put(key, bytes, meta)
      },
    }),
    fails: [
      'blobs: putting a key again replaces its renditions in every format, a still by what moves and back',
      'blobs: putting a key again replaces bytes, size and type',
      'blobs: putting a key again replaces its renditions',
    ],
  },
  {
    flaw: 'keeps its renditions when a key is put again',
    breaking: (sound) => keepingRenditions(sound, { forgets: true }),
    fails: [
      'blobs: putting a key again replaces its renditions in every format, a still by what moves and back',
      'blobs: putting a key again replaces its renditions',
    ],
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
    fails: [
      'blobs: a put that fails leaves nothing',
      'blobs: a put that fails leaves the blob of before',
      'blobs: until a put is over nobody reads a part of it',
    ],
  },
  {
    flaw: 'removes a key before it puts it again',
    breaking: ({ put, remove }) => ({
      async put(key, bytes, meta) {
        await remove(key)
        await put(key, bytes, meta)
      },
    }),
    fails: ['blobs: a put that fails leaves the blob of before'],
  },
  {
    flaw: 'does not count the bytes it is given',
    breaking: ({ put }) => ({ put: (key, bytes, meta) => put(key, bytes, { ...meta, size: null }) }),
    fails: [announced, 'blobs: a put that fails leaves nothing'],
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
    fails: ['blobs: of 10 parallel puts of one key one is there, whole'],
  },
]
