import type { BlobMark, BlobStore, DirectUploads, GrantedBlobStore, ServedBlobStore } from '@kith/core/ports'
import { createReferenceHost, type DirectHost, type ReferenceHost } from '../../src/index.ts'
import type { Flaw } from './run-mutants.ts'
import { Replay } from './streams.ts'

/** Mistakes in what is no verb, or that make pages of another kind. */
export const servedFlaws: readonly Flaw<{ blobs: ServedBlobStore }>[] = [
  {
    flaw: 'does not name WebP among its formats',
    fails: 'blobs/formats',
    breaking: ({ blobs }) => ({ blobs: { ...blobs, formats: ['avif'] } }),
  },
  {
    flaw: 'counts pages from the first blob',
    fails: 'blobs/list-after-removed-page',
    breaking: ({ blobs }) => ({
      blobs: {
        ...blobs,
        async list(after, limit) {
          const all = await blobs.list(null, 1_000)
          const from = Number(after ?? 0)
          const page = all.blobs.slice(from, from + limit)
          return { blobs: page, next: from + limit < all.blobs.length ? String(from + limit) : null }
        },
      },
    }),
  },
]

/** Mistakes that mix up the mark with the blobs. */
export const markFlaws: readonly Flaw<{ marks: BlobMark; blobs: BlobStore }>[] = [
  {
    flaw: 'makes a mark at a put',
    fails: 'marked-blobs/no-mark-at-first',
    breaking: ({ marks, blobs }) => ({
      blobs: {
        ...blobs,
        async put(key, bytes, meta) {
          await blobs.put(key, bytes, meta)
          await marks.writeMark('made')
        },
      },
    }),
  },
  {
    flaw: 'keeps its mark as a blob',
    fails: 'marked-blobs/mark-is-no-blob',
    breaking: ({ marks, blobs }) => ({
      marks: {
        ...marks,
        async writeMark(mark) {
          await blobs.put(mark, Replay.of([Buffer.from(mark)]), { contentType: 'image/webp', size: null })
          await marks.writeMark(mark)
        },
      },
    }),
  },
]

/** No mutant takes a part out of a signature: the host that checks it does. */
export const grantFlaws: readonly Flaw<{
  grants: Pick<GrantedBlobStore, 'grant'>
  blobs: GrantedBlobStore
}>[] = (
  [
    ['key', 'blobs/grant-bound'],
    ['rendition', 'blobs/grant-bound'],
    ['until', 'blobs/grant-not-extendable'],
  ] as const
).map(([name, fails]) => ({
  flaw: `does not pin ${name}`,
  fails,
  breaking() {
    const { blobs } = unpinned(name)
    return { grants: { grant: blobs.grant }, blobs }
  },
}))

/** Mistakes that mix up what is staged with the blobs, or that the host makes. */
export const directFlaws: readonly Flaw<DirectHost>[] = [
  ...(
    [
      ['key', 'direct/signature-bound'],
      ['contentType', 'direct/signature-bound'],
      ['size', 'direct/wrong-size'],
      ['until', 'direct/signature-expires'],
    ] as const
  ).map(([name, fails]) => ({
    flaw: `does not pin ${name}`,
    fails,
    breaking: () => unpinned(name),
  })),
  {
    flaw: 'counts pixels that it says it cannot count',
    fails: 'direct/too-many-pixels',
    breaking: ({ conditions }) => ({ conditions: { ...conditions, pixelsNotMeasured: 'no reason' } }),
  },
  {
    flaw: 'tells kinds that it says it cannot tell',
    fails: 'direct/wrong-type',
    breaking: ({ conditions }) => ({ conditions: { ...conditions, kindNotMeasured: 'no reason' } }),
  },
  {
    flaw: 'stages a file where the blobs are',
    fails: ['direct/staged-is-no-blob', 'direct/blob-of-same-key'],
    breaking: inDirect(({ confirm, read }, { blobs }) => ({
      async confirm(key, limits) {
        const there = await confirm(key, limits)
        if (there) await blobs.put(key, read(key), { contentType: 'image/webp', size: null })
        return there
      },
    })),
  },
  {
    flaw: 'removes the blob of the key that it discards',
    fails: 'direct/blob-of-same-key',
    breaking: inDirect(({ discard }, { blobs }) => ({
      async discard(key) {
        await discard(key)
        await blobs.remove(key)
      },
    })),
  },
  {
    flaw: 'sweeps blobs too',
    fails: ['direct/sweep', 'direct/blob-of-same-key'],
    breaking: inDirect(({ sweep }, { blobs }) => ({
      async sweep(before) {
        await sweep(before)
        for (const { key } of (await blobs.list(null, 100)).blobs) await blobs.remove(key)
      },
    })),
  },
  {
    flaw: 'removes the staged file of the blob that it removes',
    fails: 'direct/staged-is-no-blob',
    breaking: ({ blobs, direct }) => ({
      blobs: {
        ...blobs,
        async remove(key) {
          await blobs.remove(key)
          await direct.discard(key)
        },
      },
    }),
  },
]

function inDirect(
  change: (direct: DirectUploads, host: DirectHost) => Partial<DirectUploads>,
): Flaw<DirectHost>['breaking'] {
  return (host) => ({ direct: { ...host.direct, ...change(host.direct, host) } })
}

/** A host whose signatures allow anything in one respect. */
function unpinned(name: 'key' | 'contentType' | 'size' | 'rendition' | 'until'): ReferenceHost {
  const all = ['key', 'contentType', 'size', 'rendition', 'until'] as const
  return createReferenceHost({ pins: all.filter((each) => each !== name) })
}
