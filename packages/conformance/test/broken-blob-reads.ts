import { setImmediate as gap } from 'node:timers/promises'
import type { ServedBlobStore } from '@kith/core/ports'
import type { Broken } from '../../../test/flaws.ts'
import { collect, from, keepingRenditions } from './blob-streams.ts'

const noKey = /[^A-Za-z0-9-]/

/** Flaws in `read` and `remove`. */
export const readFlaws: readonly Broken<ServedBlobStore>[] = [
  {
    flaw: 'hides the error of the stream',
    breaking: ({ put }) => ({
      put: (key, bytes, meta) =>
        put(key, bytes, meta).catch(() => {
          throw new Error('put failed')
        }),
    }),
    fails: ['blobs/put-stream-error', 'blobs/put-invalid-key'],
  },
  {
    flaw: 'cannot remove what is not there',
    breaking: ({ read, remove }) => ({
      async remove(key) {
        await remove(key)
        if (!(await read(key, null, () => null))) throw new Error('404')
      },
    }),
    fails: [
      'blobs/remove-formats',
      'blobs/remove-unknown',
      'blobs/removed',
      'blobs/remove-renditions',
      'blobs/remove-while-rendering',
      'blobs/put-after-remove',
    ],
  },
  {
    flaw: 'makes a path of any text',
    breaking: ({ put, read, remove }) => ({
      put: (key, bytes, meta) => put(plain(key), bytes, meta),
      read: (key, form, range) => read(plain(key), form, range),
      remove: (key) => remove(plain(key)),
    }),
    fails: ['blobs/put-invalid-key', 'blobs/remove-invalid-key'],
  },
  {
    flaw: 'reads some blob for what is no key',
    breaking({ put, read }) {
      let last = ''
      return {
        put(key, bytes, meta) {
          last = key
          return put(key, bytes, meta)
        },
        read: (key, form, range) => read(noKey.test(key) ? last : key, form, range),
      }
    },
    fails: ['blobs/invalid-key-null'],
  },
  {
    flaw: 'answers an empty blob for an unknown key',
    breaking: ({ read }) => ({
      read: async (key, form, range) =>
        (await read(key, form, range)) ?? { contentType: 'image/webp', size: 0, bytes: from([]) },
    }),
    fails: [
      'blobs/remove-formats',
      'blobs/unknown-key',
      'blobs/invalid-key-null',
      'blobs/failed-put-leaves-nothing',
      'blobs/no-partial-reads',
      'blobs/video-no-renditions',
      'blobs/removed',
      'blobs/remove-renditions',
      'blobs/remove-while-rendering',
    ],
  },
  {
    flaw: 'leaves out the last byte of a range',
    breaking: ({ read }) => ({
      read: (key, form, range) =>
        read(key, form, (file) => {
          const part = range(file)
          return part && { ...part, end: part.end - 1 }
        }),
    }),
    fails: ['blobs/format-told', 'blobs/range'],
  },
  {
    flaw: 'tells the size of the part',
    breaking: ({ read }) => ({
      async read(key, form, range) {
        let picked: { start: number; end: number } | null = null
        const blob = await read(key, form, (file) => (picked = range(file)))
        const { start, end } = picked ?? { start: 0, end: (blob?.size ?? 0) - 1 }
        return blob && { ...blob, size: end - start + 1 }
      },
    }),
    fails: ['blobs/format-told', 'blobs/part-size'],
  },
  {
    flaw: 'gives every reader of a blob the same stream',
    breaking({ read }) {
      const streams = new Map<string, AsyncIterable<Uint8Array>>()
      return {
        async read(key, form, range) {
          let whole = false
          const blob = await read(key, form, (file) => {
            const part = range(file)
            whole = part === null && file.size > 200_000
            return part
          })
          if (!blob || !whole) return blob
          const bytes = streams.get(key) ?? blob.bytes
          streams.set(key, bytes)
          return { ...blob, bytes }
        },
      }
    },
    fails: ['blobs/parallel-readers'],
  },
  {
    flaw: 'tells the size of the original for its renditions',
    breaking: ({ read }) => ({
      async read(key, form, range) {
        const blob = await read(key, form, range)
        return blob && form ? { ...blob, size: blob.size + 1 } : blob
      },
    }),
    fails: ['blobs/format-told', 'blobs/rendition-sizes'],
  },
  {
    flaw: 'has renditions of videos',
    breaking: ({ read }) => ({
      async read(key, form, range) {
        const blob = await read(key, null, () => null)
        return await read(key, blob?.contentType.startsWith('video/') ? null : form, range)
      },
    }),
    fails: ['blobs/video-no-renditions'],
  },
  {
    flaw: 'lets readers see a rendition that is half made',
    breaking({ read }) {
      const begun = new Set<string>()
      return {
        async read(key, form, range) {
          const blob = await read(key, form, range)
          if (!blob || form?.rendition !== 'feed' || begun.has(key)) return blob
          begun.add(key)
          const [part = Buffer.alloc(0)] = await collect(blob.bytes)
          return { ...blob, bytes: from([part.subarray(0, 5)]) }
        },
      }
    },
    fails: [
      'blobs/parallel-formats',
      'blobs/format-told',
      'blobs/animated-is-webp',
      'blobs/format-asked',
      'blobs/rendition-sizes',
      'blobs/parallel-rendition-readers',
    ],
  },
  {
    flaw: 'only pretends to remove',
    breaking: ({ remove }) => ({
      remove: async (key) => {
        if (noKey.test(key) || key.length > 100 || !/^\w/.test(key)) await remove(key)
      },
    }),
    fails: [
      'blobs/remove-formats',
      'blobs/removed',
      'blobs/remove-renditions',
      'blobs/remove-while-rendering',
    ],
  },
  {
    flaw: 'leaves renditions behind when it removes',
    breaking: (sound) => keepingRenditions(sound, { forgets: false }),
    fails: [
      'blobs/remove-formats',
      'blobs/put-again-formats',
      'blobs/put-again-renditions',
      'blobs/remove-renditions',
      'blobs/remove-while-rendering',
      'blobs/put-after-remove',
    ],
  },
  {
    flaw: 'keeps a rendition that was being made when its blob was removed',
    breaking(sound) {
      const late = new Set<string>()
      const making = new Set<string>()
      return {
        async read(key, form, range) {
          if (form === null) return sound.read(key, null, range)
          if (late.has(key)) return { contentType: 'image/webp', size: 0, bytes: from([]) }
          making.add(key)
          const blob = await sound.read(key, form, range)
          await gap()
          making.delete(key)
          return blob
        },
        async remove(key) {
          if (making.has(key)) late.add(key)
          await sound.remove(key)
        },
      }
    },
    fails: ['blobs/remove-formats', 'blobs/remove-while-rendering'],
  },
  {
    flaw: 'never takes a key again that was removed',
    breaking({ put, remove }) {
      const removed = new Set<string>()
      return {
        async put(key, bytes, meta) {
          if (removed.has(key)) await collect(bytes)
          else await put(key, bytes, meta)
        },
        async remove(key) {
          await remove(key)
          removed.add(key)
        },
      }
    },
    fails: ['blobs/put-after-remove'],
  },
]

function plain(key: string): string {
  const name = key.replaceAll(/[^A-Za-z0-9-]/g, '-').slice(0, 100)
  return name === key && /^\w/.test(key)
    ? key
    : `x${name.slice(0, 90)}-${key.length}-${key.codePointAt(0) ?? 0}`
}
