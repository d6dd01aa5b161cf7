import { KithError } from '@kith/core'
import type { BlobStore, DirectUploads } from '@kith/core/ports'
import { createMemoryBlobs } from '@kith/core/memory'
import { picture } from './copying-images.ts'

/** An in-memory media host: its contents can be inspected, and `send` simulates an upload. */
export interface MediaHost {
  blobs: BlobStore
  direct: DirectUploads
  /** The keys of the stored blobs, and of the uploads that wait. */
  keys(): { blobs: string[]; staged: string[] }
  send(key: string): void
}

/** Creates one. */
export function createMediaHost(clock: () => Date): MediaHost {
  const memory = createMemoryBlobs()
  const kept = new Set<string>()
  const staged = new Map<string, Date>()
  return {
    blobs: {
      ...memory,
      async put(key, bytes, meta) {
        await memory.put(key, bytes, meta)
        kept.add(key)
      },
      async remove(key) {
        await memory.remove(key)
        kept.delete(key)
      },
    },
    direct: {
      sign: async (key, { until }) => ({
        method: 'PUT',
        url: `https://media.example/${key}`,
        headers: {},
        form: null,
        expiresAt: until.toISOString(),
      }),
      confirm: async (key) => staged.has(key),
      async *read(key) {
        if (!staged.has(key)) throw new KithError('media-not-found')
        yield* picture()
      },
      discard: async (key) => void staged.delete(key),
      async sweep(before) {
        for (const [key, at] of staged) if (at < before) staged.delete(key)
      },
    },
    keys: () => ({ blobs: [...kept].sort(), staged: [...staged.keys()].sort() }),
    send: (key) => void staged.set(key, clock()),
  }
}

/** A port whose calls go through `around`, which may skip them. */
export function intercept<Port extends object>(
  port: Port,
  around: (call: () => Promise<unknown>, name: string) => Promise<unknown>,
): Port {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      const call = (args: unknown[]): unknown => Reflect.apply(member, target, args)
      if (name === 'read') {
        return async function* (...args: unknown[]) {
          const parts = await around(async () => call(args), String(name))
          yield* parts as AsyncIterable<Uint8Array>
        }
      }
      return (...args: unknown[]) => around(async () => await call(args), String(name))
    },
  })
}
