import type { ServedBlobStore } from '@kith/core/ports'
import type { Broken } from '../../../test/flaws.ts'

const every = 'blobs/list-each-once'
const pages = 'blobs/list-page-limit'
const oneKey = 'blobs/list-one-key-per-blob'
const removing = 'blobs/list-after-removed-page'
const which = 'blobs/present'

/** Flaws in `list` and `present`. */
export const listFlaws: readonly Broken<ServedBlobStore>[] = [
  {
    flaw: 'lists one page',
    breaking: ({ list }) => ({
      list: async (after, limit) => ({ ...(await list(after, limit)), next: null }),
    }),
    fails: [every, removing],
  },
  {
    flaw: 'lists a blob with its renditions as several keys',
    breaking: ({ list }) => ({
      async list(after, limit) {
        const { blobs, next } = await list(after, limit)
        return { blobs: blobs.flatMap((blob) => [blob, blob]).slice(0, Math.max(limit, 2)), next }
      },
    }),
    fails: [every, oneKey, removing],
  },
  {
    flaw: 'gives more than was asked for',
    breaking: ({ list }) => ({ list: (after, limit) => list(after, limit + 1) }),
    fails: [pages],
  },
  {
    flaw: 'does not know when a blob was stored',
    breaking: ({ list }) => ({
      async list(after, limit) {
        const { blobs, next } = await list(after, limit)
        return { blobs: blobs.map(({ key }) => ({ key, storedAt: new Date(0) })), next }
      },
    }),
    fails: [pages],
  },
  {
    flaw: 'lists what was removed',
    breaking({ list, put }) {
      const stored = new Map<string, Date>()
      return {
        async put(key, bytes, meta) {
          await put(key, bytes, meta)
          stored.set(key, new Date())
        },
        async list(after, limit) {
          const page = await list(after, limit)
          if (page.next !== null) return page
          const gone = [...stored].filter(([key]) => !page.blobs.some((blob) => blob.key === key))
          const room = limit - page.blobs.length
          return {
            blobs: [...page.blobs, ...gone.slice(0, room).map(([key, storedAt]) => ({ key, storedAt }))],
            next: null,
          }
        },
      }
    },
    fails: [oneKey],
  },
  {
    flaw: 'counts pages from the first blob',
    breaking: ({ list }) => ({
      async list(after, limit) {
        const { blobs } = await list(null, 1_000)
        const from = Number(after ?? 0)
        const page = blobs.slice(from, from + limit)
        return { blobs: page, next: from + limit < blobs.length ? String(from + limit) : null }
      },
    }),
    fails: [removing],
  },
  {
    flaw: 'finds a hundred keys at most',
    breaking: ({ present }) => ({ present: (keys) => present(keys.slice(0, 100)) }),
    fails: [which],
  },
  {
    flaw: 'finds keys in any letter case',
    breaking: ({ present }) => ({
      async present(keys) {
        const found = await present(keys)
        const folded = found.map((key) => key.toLowerCase())
        return keys.filter((key) => folded.includes(key.toLowerCase()))
      },
    }),
    fails: [which],
  },
  {
    flaw: 'takes any text for a key that is not there',
    breaking: ({ present }) => ({
      present: (keys) => present(keys.filter((key) => /^[A-Za-z0-9][A-Za-z0-9-]{0,99}$/.test(key))),
    }),
    fails: ['blobs/present-invalid-key'],
  },
]
