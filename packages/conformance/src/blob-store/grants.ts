import assert from 'node:assert/strict'
import type { GrantedBlobStore, Rendition } from '@kith/core'
import type { Case } from '../case.ts'
import { nextId } from '../records.ts'
import { noKeys, put, renditions } from './samples.ts'
import { download } from './seeing.ts'

/** What `grant` promises beyond leading to the blob. */
export const grantCases: readonly Case<GrantedBlobStore>[] = [
  {
    name: 'blobs: a granted address leads nowhere when its time is over',
    async run(make) {
      const blobs = await make()
      const key = nextId()
      await put(blobs, key)
      assert.ok(await lead(blobs, key, 60), 'there is no blob')
      assert.equal(await lead(blobs, key, -60), null)
    },
  },
  {
    name: 'blobs: a granted address is for one blob and for one rendition of it',
    async run(make) {
      const blobs = await make()
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
    name: 'blobs: the time of a granted address cannot be put off',
    async run(make) {
      const blobs = await make()
      const key = nextId()
      await put(blobs, key)
      const over = new URL(await grant(blobs, key, { seconds: -60 }))
      const later = new URL(await grant(blobs, key))
      for (const changed of mixtures(over, later)) assert.equal(await download(changed), null, changed)
    },
  },
  {
    name: 'blobs: nothing is granted for what is no key',
    async run(make) {
      const blobs = await make()
      await put(blobs, nextId())
      for (const key of noKeys) {
        for (const rendition of [null, ...renditions])
          assert.equal(await blobs.grant(key, rendition, at(60)), null, JSON.stringify(key))
      }
    },
  },
]

/** Every address that has one part of the other, the path or a parameter, where they differ. */
function mixtures(url: URL, other: URL): string[] {
  const mixed: string[] = []
  const names = new Set([...url.searchParams.keys(), ...other.searchParams.keys()])
  for (const name of ['', ...names]) {
    const changed = new URL(url)
    if (name === '') changed.pathname = other.pathname
    else changed.searchParams.set(name, other.searchParams.get(name) ?? '')
    if (changed.href !== url.href && changed.href !== other.href) mixed.push(changed.href)
  }
  assert.ok(mixed.length > 0, 'the two addresses differ in what can be changed')
  return mixed
}

async function lead(blobs: GrantedBlobStore, key: string, seconds: number): Promise<object | null> {
  return await download(await grant(blobs, key, { seconds }))
}

async function grant(
  blobs: GrantedBlobStore,
  key: string,
  { rendition = null, seconds = 60 }: { rendition?: Rendition | null; seconds?: number } = {},
): Promise<string> {
  const url = await blobs.grant(key, rendition, at(seconds))
  assert.ok(url !== null, 'nothing is granted')
  return url
}

function at(seconds: number): Date {
  return new Date(Date.now() + seconds * 1000)
}
