import { setImmediate as gap } from 'node:timers/promises'
import { RetryLaterError } from '@kith/core'
import type { DirectUploads } from '@kith/core/ports'
import { type Broken, testFlaws } from '../../../test/flaws.ts'
import { createReferenceHost, type DirectHost, directUploadsCases } from '../src/index.ts'
import { collect, from } from './blob-streams.ts'

const arrived = 'direct/sent-file-arrives'
const absent = 'direct/unsent-file-absent'
const parallel = 'direct/parallel-sends'
const replaced = 'direct/sent-again'
const reread = 'direct/read-many-times'
const again = 'direct/confirm-again'
const shared = 'direct/missing-leaves-budget'
const discarded = 'direct/discard'
const swept = 'direct/sweep'
const apart = 'direct/staged-is-no-blob'
const untouched = 'direct/blob-of-same-key'
const noKey = 'direct/invalid-key'
const size = 'direct/wrong-size'
const bytes = 'direct/too-large'
const pixels = 'direct/too-many-pixels'
const kind = 'direct/wrong-type'
const tampered = 'direct/signature-bound'
const time = 'direct/signature-expires'

const later = 600_000

/** A flaw in one method or more, given the sound ones. */
function inDirect(
  flaw: string,
  change: (direct: DirectUploads, host: DirectHost) => Partial<DirectUploads>,
  fails: readonly string[],
): Broken<DirectHost> {
  return { flaw, breaking: (host) => ({ direct: { ...host.direct, ...change(host.direct, host) } }), fails }
}

/** A flaw in what signatures pin. */
function unpinned(
  name: 'key' | 'contentType' | 'size' | 'until',
  fails: readonly string[],
): Broken<DirectHost> {
  const pins = (['key', 'contentType', 'size', 'rendition', 'until'] as const).filter((each) => each !== name)
  return { flaw: `does not pin ${name}`, breaking: () => createReferenceHost({ pins }), fails }
}

testFlaws<DirectHost>(directUploadsCases, () => createReferenceHost(), [
  unpinned('key', [tampered]),
  unpinned('contentType', [tampered]),
  unpinned('size', [size]),
  unpinned('until', [time]),
  inDirect(
    'lets a signature hold a little longer than it was told',
    ({ sign }) => ({
      sign: (key, terms) => sign(key, { ...terms, until: new Date(terms.until.getTime() + later) }),
    }),
    [time],
  ),
  inDirect(
    'signs for twice the size',
    ({ sign }) => ({ sign: (key, terms) => sign(key, { ...terms, size: terms.size * 2 }) }),
    [
      ...[arrived, parallel, replaced, reread, again, discarded, swept, apart, untouched],
      ...[bytes, pixels, tampered],
    ],
  ),
  inDirect(
    'believes what was announced',
    ({ sign, confirm }) => {
      const announced = new Set<string>()
      return {
        sign: (key, terms) => {
          announced.add(key)
          return sign(key, terms)
        },
        confirm: async (key, limits) => (await confirm(key, limits)) || announced.has(key),
      }
    },
    [absent, discarded, swept, size, bytes, pixels, kind, tampered, time],
  ),
  inDirect(
    'never finds what was sent',
    ({ confirm }) => ({
      confirm: async (key, limits) => {
        await confirm(key, limits)
        return false
      },
    }),
    [arrived, parallel, replaced, again, discarded, swept, apart, untouched, bytes, pixels],
  ),
  inDirect(
    'confirms once',
    ({ confirm }) => {
      const confirmed = new Set<string>()
      return {
        confirm: async (key, limits) => {
          const answer = (await confirm(key, limits)) && !confirmed.has(key)
          if (answer) confirmed.add(key)
          return answer
        },
      }
    },
    [again, replaced, apart],
  ),
  inDirect(
    'counts its calls, and for all accounts together',
    ({ confirm }) => {
      let left = 100
      return {
        confirm: async (key, limits) => {
          if (left-- <= 0) throw new RetryLaterError('media-unavailable', 3_600)
          return await confirm(key, limits)
        },
      }
    },
    [shared],
  ),
  inDirect(
    'does not count bytes',
    ({ confirm }) => ({ confirm: (key, limits) => confirm(key, { ...limits, maxBytes: Infinity }) }),
    [bytes],
  ),
  inDirect(
    'does not count pixels, and does not say so',
    ({ confirm }) => ({ confirm: (key, limits) => confirm(key, { ...limits, maxPixels: Infinity }) }),
    [pixels],
  ),
  {
    flaw: 'counts pixels that it says it cannot count',
    breaking: ({ conditions }) => ({ conditions: { ...conditions, pixelsNotMeasured: 'no reason' } }),
    fails: [pixels],
  },
  {
    flaw: 'tells kinds that it says it cannot tell',
    breaking: ({ conditions }) => ({ conditions: { ...conditions, kindNotMeasured: 'no reason' } }),
    fails: [kind],
  },
  inDirect(
    'does not look at the kind, and does not say so',
    ({ confirm }) => ({
      confirm: (key, limits) =>
        confirm(key, limits).catch((error: { code: string }) => {
          if (error.code !== 'unsupported-media-type') throw error
          return true
        }),
    }),
    [kind],
  ),
  inDirect(
    'keeps what does not fit',
    ({ confirm, read }) => {
      const kept = new Map<string, readonly Uint8Array[]>()
      return {
        confirm: async (key, limits) => {
          const parts = await collect(read(key)).catch(() => kept.get(key) ?? [])
          try {
            return (await confirm(key, limits)) || kept.has(key)
          } catch (error) {
            kept.set(key, parts)
            throw error
          }
        },
      }
    },
    [bytes, pixels, kind],
  ),
  inDirect(
    'calls a file that is not there an empty one',
    ({ read }) => ({
      read: async function* (key) {
        yield* await collect(read(key)).catch((error: unknown) => {
          if (error instanceof TypeError) throw error
          return []
        })
      },
    }),
    [absent, discarded, swept, untouched, size, bytes, pixels, kind, tampered, time],
  ),
  inDirect(
    'reads a file that it has worked on',
    ({ read }) => ({
      read: async function* (key) {
        yield* from((await collect(read(key))).map((part) => Uint8Array.from(part, (byte) => byte ^ 1)))
      },
    }),
    [arrived, parallel, replaced, reread, again, discarded, swept, apart, untouched],
  ),
  inDirect(
    'reads a file once',
    ({ read }) => {
      const seen = new Set<string>()
      return {
        read: async function* (key) {
          for await (const part of read(key)) {
            if (seen.has(key)) continue
            seen.add(key)
            yield part
          }
        },
      }
    },
    [reread, replaced, apart],
  ),
  inDirect(
    'reads again what it read once',
    ({ read }) => {
      const first = new Map<string, Uint8Array[]>()
      const keep = async (key: string) => {
        const parts = first.get(key) ?? (await collect(read(key)))
        first.set(key, parts)
        return parts
      }
      return {
        read: async function* (key) {
          yield* await keep(key)
        },
      }
    },
    [replaced, swept],
  ),
  {
    flaw: 'stages a file where the blobs are',
    breaking: ({ blobs, direct }) => ({
      direct: {
        ...direct,
        async confirm(key, limits) {
          const there = await direct.confirm(key, limits)
          if (there) await blobs.put(key, direct.read(key), { contentType: 'image/webp', size: null })
          return there
        },
      },
    }),
    fails: [apart, untouched],
  },
  inDirect(
    'removes the blob of the key that it discards',
    ({ discard }, { blobs }) => ({
      discard: async (key) => {
        await discard(key)
        await blobs.remove(key)
      },
    }),
    [untouched],
  ),
  {
    flaw: 'removes the staged file of the blob that it removes',
    breaking: ({ blobs, direct }) => ({
      blobs: {
        ...blobs,
        async remove(key) {
          await blobs.remove(key)
          await direct.discard(key)
        },
      },
    }),
    fails: [apart],
  },
  inDirect(
    'cannot discard what is not there',
    ({ confirm, discard }) => ({
      discard: async (key) => {
        await gap()
        const limits = { ownerId: 'anna', kind: 'image', maxBytes: Infinity, maxPixels: Infinity } as const
        if (!(await confirm(key, limits))) throw new Error('404')
        await discard(key)
      },
    }),
    [discarded],
  ),
  inDirect(
    'only pretends to discard',
    ({ discard }) => ({
      discard: async (key) => {
        if (/[^A-Za-z0-9-]|^-|^$|.{101}/.test(key)) await discard(key)
      },
    }),
    [discarded],
  ),
  inDirect('never sweeps', () => ({ sweep: async () => {} }), [swept]),
  inDirect('sweeps all', ({ sweep }) => ({ sweep: () => sweep(new Date(Date.now() + 2 * later)) }), [swept]),
  {
    flaw: 'sweeps blobs too',
    breaking({ blobs, direct }) {
      const keys = new Set<string>()
      return {
        blobs: {
          ...blobs,
          put(key, content, meta) {
            keys.add(key)
            return blobs.put(key, content, meta)
          },
        },
        direct: {
          ...direct,
          async sweep(before) {
            await direct.sweep(before)
            for (const key of keys) await blobs.remove(key)
          },
        },
      }
    },
    fails: [swept, untouched],
  },
  inDirect(
    'makes a key of any text',
    ({ sign, confirm, discard, read }) => {
      const plain = (key: string) => `x${Buffer.from(key).toString('hex').slice(0, 90)}`
      return {
        sign: (key, terms) => sign(plain(key), terms),
        confirm: (key, limits) => confirm(plain(key), limits),
        discard: (key) => discard(plain(key)),
        read: (key) => read(plain(key)),
      }
    },
    [noKey],
  ),
])
