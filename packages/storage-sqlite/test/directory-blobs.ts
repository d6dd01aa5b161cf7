import { createWriteStream, mkdirSync, readdirSync, statSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { BlobStore } from '@kith/core/ports'

/** Blobs as files in a folder, each stored completely or not at all. */
export function createDirectoryBlobs(folder: string): BlobStore {
  const incoming = join(folder, 'incoming')
  mkdirSync(incoming, { recursive: true })
  return {
    kind: 'public',
    async put(key, bytes) {
      await pipeline(Readable.from(bytes), createWriteStream(join(incoming, key)))
      await rename(join(incoming, key), join(folder, key))
    },
    async list() {
      const blobs = keysIn(folder).map((key) => ({ key, storedAt: statSync(join(folder, key)).mtime }))
      return { blobs, next: null }
    },
    async present(keys) {
      const kept = keysIn(folder)
      return keys.filter((key) => kept.includes(key))
    },
    url: (key) => `/blobs/${key}`,
    async remove(key) {
      await rm(join(folder, key), { force: true })
    },
  }
}

/** The keys of the stored blobs. */
export function keysIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name !== 'incoming')
    .sort()
}
