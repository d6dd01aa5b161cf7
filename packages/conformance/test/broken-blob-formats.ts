import { setImmediate as gap } from 'node:timers/promises'
import type { RenditionForm, ServedBlob, ServedBlobStore } from '@kith/core/ports'
import type { Broken } from '../../../test/flaws.ts'
import { keepingRenditions } from './blob-streams.ts'

const offered = 'blobs/format-asked'
const told = 'blobs/format-told'
const moves = 'blobs/animated-is-webp'
const parallel = 'blobs/parallel-formats'
const replaced = 'blobs/put-again-formats'
const removed = 'blobs/remove-formats'

/** Flaws in the formats of renditions. */
export const formatFlaws: readonly Broken<ServedBlobStore>[] = [
  {
    flaw: 'does not name WebP among its formats',
    breaking: () => ({ formats: ['avif'] }),
    fails: ['blobs/formats'],
  },
  {
    flaw: 'offers AVIF from the first that it has made',
    breaking({ read }) {
      let made = false
      return {
        get formats() {
          return made ? (['avif', 'webp'] as const) : (['webp'] as const)
        },
        async read(key, form, range) {
          const blob = await read(key, form, range)
          made ||= blob?.contentType === 'image/avif'
          return blob
        },
      }
    },
    fails: ['blobs/formats'],
  },
  {
    flaw: 'offers AVIF and has none',
    breaking: ({ read }) => ({ read: (key, form, range) => read(key, asWebp(form), range) }),
    fails: [offered, parallel, replaced],
  },
  {
    flaw: 'answers WebP until the AVIF is made',
    breaking({ read }) {
      const made = new Set<string>()
      return {
        async read(key, form, range) {
          const name = `${key} ${form?.rendition ?? ''}`
          const isMade = made.has(name)
          if (form?.format === 'avif') made.add(name)
          return await read(key, isMade ? form : asWebp(form), range)
        },
      }
    },
    fails: [offered, parallel, replaced, told],
  },
  {
    flaw: 'caches renditions without a mind to their format',
    breaking({ read }) {
      const first = new Map<string, RenditionForm>()
      return {
        async read(key, form, range) {
          if (!form) return await read(key, form, range)
          const name = `${key} ${form.rendition}`
          first.set(name, first.get(name) ?? form)
          return await read(key, first.get(name) ?? form, range)
        },
      }
    },
    fails: [replaced, offered, parallel],
  },
  {
    flaw: 'calls its AVIF WebP',
    breaking: ({ read }) => ({
      async read(key, form, range) {
        const blob = await read(key, form, range)
        return blob?.contentType === 'image/avif' ? { ...blob, contentType: 'image/webp' } : blob
      },
    }),
    fails: ['blobs/types', offered, told, replaced],
  },
  {
    flaw: 'serves WebP under the name of AVIF',
    breaking: ({ read }) => ({
      async read(key, form, range) {
        const blob = await read(key, form, range)
        if (blob?.contentType !== 'image/avif') return blob
        return { ...((await read(key, asWebp(form), range)) ?? blob), contentType: 'image/avif' }
      },
    }),
    fails: [offered, told, parallel],
  },
  {
    flaw: 'picks the range of an AVIF by the size of the WebP',
    breaking: ({ read }) => ({
      async read(key, form, range) {
        const webp = await read(key, asWebp(form), () => null)
        return await read(key, form, ({ contentType }) => range({ contentType, size: webp?.size ?? 0 }))
      },
    }),
    fails: [told],
  },
  {
    flaw: 'has AVIF of what moves',
    breaking: ({ read }) => ({
      read: async (key, form, range) => asAvif(await read(key, form, range), form),
    }),
    fails: [moves, replaced],
  },
  {
    flaw: 'has AVIF of what moves if nobody asked for its WebP before',
    breaking({ read }) {
      const seen = new Set<string>()
      return {
        async read(key, form, range) {
          const blob = await read(key, form, range)
          if (form?.format === 'webp') seen.add(key)
          return seen.has(key) ? blob : asAvif(blob, form)
        },
      }
    },
    fails: [moves],
  },
  {
    flaw: 'gives readers that come at once what the first of them asked for',
    breaking({ read }) {
      const making = new Map<string, RenditionForm>()
      return {
        async read(key, form, range) {
          if (!form) return await read(key, form, range)
          const name = `${key} ${form.rendition}`
          const current = making.get(name) ?? form
          making.set(name, current)
          await gap()
          making.delete(name)
          return await read(key, current, range)
        },
      }
    },
    fails: [parallel],
  },
  {
    flaw: 'keeps its AVIF when a key is put again',
    breaking: (sound) => keepingRenditions(sound, { forgets: true, only: 'avif' }),
    fails: [replaced],
  },
  {
    flaw: 'leaves its AVIF behind when it removes',
    breaking: (sound) => keepingRenditions(sound, { forgets: false, only: 'avif' }),
    fails: [replaced, removed],
  },
  {
    flaw: 'remembers of a key that it moves',
    breaking({ read }) {
      const moving = new Set<string>()
      return {
        async read(key, form, range) {
          const blob = await read(key, moving.has(key) ? asWebp(form) : form, range)
          if (form?.format === 'avif' && blob?.contentType === 'image/webp') moving.add(key)
          return blob
        },
      }
    },
    fails: [replaced],
  },
]

function asWebp(form: RenditionForm | null): RenditionForm | null {
  return form && { ...form, format: 'webp' }
}

function asAvif(blob: ServedBlob | null, form: RenditionForm | null): ServedBlob | null {
  return blob && form?.format === 'avif' ? { ...blob, contentType: 'image/avif' } : blob
}
