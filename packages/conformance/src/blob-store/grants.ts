import assert from 'node:assert/strict'
import type { GrantedBlobStore, Rendition } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { nextId } from '../records.ts'
import { noKeys, put, renditions } from './samples.ts'
import { download } from './seeing.ts'

/** What `grant` promises beyond leading to the blob. */
export const grantCases: readonly Case<GrantedBlobStore>[] = [
  {
    id: 'blobs/grant-expires',
    title: 'a granted URL is invalid after it expires',
    async run(blobs) {
      const key = nextId()
      await put(blobs, key)
      assert.ok(await lead(blobs, key, 60), 'there is no blob')
      assert.equal(await lead(blobs, key, -60), null)
    },
  },
  {
    id: 'blobs/grant-bound',
    title: 'a granted URL is for one blob and one rendition of it',
    async run(blobs) {
      const [own, other] = [nextId(), nextId()]
      for (const key of [own, other]) await put(blobs, key)
      const granted = new URL(await grant(blobs, own))
      const foreign = [[other, null], ...renditions.map((rendition) => [own, rendition] as const)] as const
      for (const [key, rendition] of foreign) {
        const target = new URL(await grant(blobs, key, { rendition }))
        for (const changed of mixtures(granted, target)) assert.equal(await download(changed), null, changed)
      }
    },
  },
  {
    id: 'blobs/grant-not-extendable',
    title: 'the expiry of a granted URL cannot be extended',
    async run(blobs) {
      const key = nextId()
      await put(blobs, key)
      const over = new URL(await grant(blobs, key, { seconds: -60 }))
      const later = new URL(await grant(blobs, key))
      for (const changed of mixtures(over, later)) assert.equal(await download(changed), null, changed)
    },
  },
  {
    id: 'blobs/grant-invalid-key',
    title: 'nothing is granted for an invalid key',
    async run(blobs) {
      await put(blobs, nextId())
      for (const key of noKeys) {
        for (const rendition of [null, ...renditions])
          assert.equal(
            await blobs.grant(key, rendition, { until: at(60), kind: 'image' }),
            null,
            JSON.stringify(key),
          )
      }
    },
  },
]

/**
 * Every variant of a URL with one different part taken from the other one: the path, a parameter, or a piece of one.
 */
function mixtures(url: URL, other: URL): string[] {
  const mixed = new Set<string>()
  const add = (change: (changed: URL) => void): void => {
    const changed = new URL(url)
    change(changed)
    mixed.add(written(changed))
  }
  add((changed) => (changed.pathname = other.pathname))
  for (const name of new Set([...url.searchParams.keys(), ...other.searchParams.keys()])) {
    const [own, foreign] = [url, other].map(({ searchParams }) => searchParams.get(name) ?? '')
    for (const value of [foreign, ...mixedPieces(own, foreign)])
      add((changed) => changed.searchParams.set(name, value ?? ''))
  }
  for (const same of [url, other]) mixed.delete(written(same))
  assert.ok(mixed.size > 0, 'the two addresses differ in what can be changed')
  return [...mixed]
}

/** Variants of a string with one piece taken from the other, for tokens that contain everything in one parameter. */
function mixedPieces(own = '', foreign = ''): string[] {
  const [pieces, others] = [own, foreign].map((text) => text.split(/([~.])/))
  if (!pieces || pieces.length !== others?.length) return []
  return pieces.map((_, index) => pieces.with(index, others[index] ?? '').join(''))
}

/** The canonical spelling of a URL. */
function written({ origin, pathname, searchParams }: URL): string {
  return `${origin}${pathname}?${searchParams.toString()}`
}

async function lead(blobs: GrantedBlobStore, key: string, seconds: number): Promise<object | null> {
  return await download(await grant(blobs, key, { seconds }))
}

async function grant(
  blobs: GrantedBlobStore,
  key: string,
  { rendition = null, seconds = 60 }: { rendition?: Rendition | null; seconds?: number } = {},
): Promise<string> {
  const url = await blobs.grant(key, rendition, { until: at(seconds), kind: 'image' })
  assert.ok(url !== null, 'nothing is granted')
  return url
}

function at(seconds: number): Date {
  return new Date(Date.now() + seconds * 1000)
}
