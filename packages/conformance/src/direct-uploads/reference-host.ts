import { randomBytes } from 'node:crypto'
import { KithError } from '@kith/core'
import { sniff, demandBlobKey } from '@kith/core/adapter'
import { type DirectUploads, type GrantedBlobStore, isBlobKey, type MediaKind } from '@kith/core/ports'
import { createMemoryBlobs } from '@kith/core/memory'
import type { DirectHost } from './direct-host.ts'
import { type Policy, seal } from './policy.ts'
import { serveReference, type StagedFile } from './reference-server.ts'

/** Options of the reference host. */
export interface ReferenceHostOptions {
  /** How files are sent. @default 'POST' */
  method?: 'POST' | 'PUT' | undefined
  /** @default the system clock */
  clock?: (() => Date) | undefined
  /** What signatures pin; less than everything is a flaw, for tests that have to detect it. @default all */
  pins?: readonly (keyof Policy)[] | undefined
}

/** The reference host: correct, complete, and in memory. */
export interface ReferenceHost extends DirectHost {
  readonly blobs: GrantedBlobStore
  /** The names of everything that is stored or staged. */
  files(): string[]
  close(): Promise<void>
}

const everything: readonly (keyof Policy)[] = ['key', 'contentType', 'size', 'rendition', 'until']

/**
 * Creates a media host in this process, with an HTTP server on its own port that checks what it signed and serves what
 * it granted. For tests: a rendition is the image itself. It does not keep the process alive.
 */
export function createReferenceHost(options: ReferenceHostOptions = {}): ReferenceHost {
  const { method = 'POST', clock = () => new Date(), pins = everything } = options
  const secret = randomBytes(32).toString('hex')
  const kept = createMemoryBlobs()
  const names = new Set<string>()
  const staged = new Map<string, StagedFile>()
  const server = serveReference({ secret, clock, blobs: kept, staged })

  function pinned(policy: Policy): { policy: string; signature: string } {
    return seal(
      secret,
      Object.fromEntries(Object.entries(policy).filter(([name]) => pins.includes(name as keyof Policy))),
    )
  }

  const blobs: GrantedBlobStore = {
    async put(key, bytes, meta) {
      await kept.put(key, bytes, meta)
      names.add(key)
    },
    kind: 'granted',
    list: kept.list,
    present: kept.present,
    async remove(key) {
      await kept.remove(key)
      names.delete(key)
    },
    async grant(key, rendition, { until }) {
      if (!isBlobKey(key)) return null
      const query = new URLSearchParams({
        ...pinned({ key, rendition: rendition ?? '', until: until.getTime() }),
      })
      return `${await server.origin}/blobs/${key}${rendition ? `/${rendition}` : ''}?${query.toString()}`
    },
  }

  const direct: DirectUploads = {
    async sign(key, { contentType, size, until }) {
      demandBlobKey(key)
      const sealed = pinned({ key, contentType, size, until: until.getTime() })
      const expiresAt = until.toISOString()
      if (method === 'POST') {
        const form = { fields: { key, contentType, ...sealed }, file: 'file' }
        return { method, url: `${await server.origin}/staged`, headers: {}, form, expiresAt }
      }
      const query = new URLSearchParams({ ...sealed }).toString()
      const url = `${await server.origin}/staged/${key}?${query}`
      return { method, url, headers: { 'content-type': contentType }, form: null, expiresAt }
    },
    async confirm(key, { kind, maxBytes, maxPixels }) {
      demandBlobKey(key)
      const file = staged.get(key)
      if (!file) return false
      const fits = file.bytes.length <= maxBytes && pixelsOf(file.bytes) <= maxPixels
      if (kindOf(file.bytes) === kind && fits) return true
      staged.delete(key)
      throw new KithError(fits ? 'unsupported-media-type' : 'media-too-large')
    },
    async *read(key) {
      demandBlobKey(key)
      const file = staged.get(key)
      if (!file) throw new KithError('media-not-found')
      yield file.bytes
    },
    async discard(key) {
      demandBlobKey(key)
      staged.delete(key)
    },
    async sweep(before) {
      for (const [key, { stagedAt }] of staged) if (stagedAt < before) staged.delete(key)
    },
  }

  return {
    blobs,
    direct,
    fetch,
    conditions: { sizeNotPinned: null, kindNotMeasured: null, pixelsNotMeasured: null },
    files: () => [...names, ...staged.keys()],
    close: server.close,
  }
}

function kindOf(bytes: Uint8Array): MediaKind | null {
  const type = sniff(bytes)
  return type && (type.startsWith('image/') ? 'image' : 'video')
}

/** For PNGs only, from their header. */
function pixelsOf(bytes: Buffer): number {
  return sniff(bytes) === 'image/png' ? bytes.readUInt32BE(16) * bytes.readUInt32BE(20) : 0
}
