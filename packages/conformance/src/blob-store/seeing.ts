import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { BlobStore, Rendition } from '@kith/core/ports'
import { readFile } from './reading-bytes.ts'

/** A blob as a browser gets it. */
export interface SeenBlob {
  contentType: string
  /** As reported beforehand. */
  size: number
  bytes: Buffer
}

/** The request: an image, one of its renditions, or a video. */
export type Looked = Rendition | 'video' | null

/** The statuses of a host for a missing, or not public, file. */
const absent = [400, 401, 403, 404, 410]

/** Caches of a host see a change a little later. */
const patienceMillis = 20_000

/** Requests a blob as a browser does, from Kith or from the media host: `null` if it does not exist. */
export async function see(blobs: BlobStore, key: string, what: Looked = null): Promise<SeenBlob | null> {
  const rendition = what === 'video' ? null : what
  const form = rendition && ({ rendition, format: 'webp' } as const)
  if (blobs.kind === 'served') return await readFile(blobs, key, { form })
  const kind = what === 'video' ? 'video' : 'image'
  const url =
    blobs.kind === 'granted'
      ? await blobs.grant(key, rendition, { until: soon(), kind })
      : blobs.url(key, rendition, kind)
  return url === null ? null : await download(url)
}

/** Requests a URL: `null` if it does not exist. */
export async function download(url: string): Promise<SeenBlob | null> {
  const response = await fetch(url, { headers: { 'cache-control': 'no-cache' } })
  const bytes = Buffer.from(await response.arrayBuffer())
  if (absent.includes(response.status)) return null
  assert.equal(response.status, 200, `a URL returned status ${response.status}`)
  const { headers } = response
  const size = Number(headers.get('content-length') ?? bytes.length)
  return { contentType: headers.get('content-type') ?? '', size, bytes }
}

/**
 * Checks the state after a change. If a host with caches serves the files it may take effect a little later; if Kith
 * does, immediately.
 */
export async function settled(blobs: BlobStore, check: () => Promise<void>): Promise<void> {
  const end = blobs.kind === 'served' ? 0 : Date.now() + patienceMillis
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (Date.now() > end) throw error
      await wait(500)
    }
  }
}

function soon(): Date {
  return new Date(Date.now() + 600_000)
}
