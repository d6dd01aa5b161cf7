import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { demandBlobKey, extensionOf } from '@kith/core/adapter'
import type { MediaType, Rendition, WrittenRendition } from '@kith/core/ports'

/** A file that a blob was put into. A later one has a greater version. */
export interface Original {
  version: string
  name: string
  contentType: MediaType
}

/**
 * The folder of a blob and all that is made of it, so that one rename takes them all away. The folders above spread the
 * blobs by a hash, because keys made at the same time begin alike.
 */
export function folderOf(directory: string, key: string): string {
  const hash = createHash('sha256').update(demandBlobKey(key)).digest('hex')
  return join(directory, hash.slice(0, 2), hash.slice(2, 4), key)
}

/** The latest original among the names in a folder. */
export function latest(names: readonly string[]): Original | null {
  const originals = names.flatMap((name) => {
    const [, version, extension] = /^(\d{6}-[0-9a-f]{16})\.(\w+)$/.exec(name) ?? []
    const type = Object.entries(extensionOf).find(([, known]) => known === extension)
    return version && type ? [{ version, name, contentType: type[0] as MediaType }] : []
  })
  return originals.sort((a, b) => (a.version < b.version ? 1 : -1))[0] ?? null
}

/** An original after the ones in a folder. Of two that are put at once, the names say which is later. */
export function next(names: readonly string[], contentType: MediaType): Original {
  const count = Number(latest(names)?.version.slice(0, 6) ?? 0) + 1
  const version = `${String(count).padStart(6, '0')}-${randomBytes(8).toString('hex')}`
  return { version, name: `${version}.${extensionOf[contentType]}`, contentType }
}

/** The name of a rendition of an original. One in the only format that there is of it says so. */
export function nameOfRendition(
  { version }: Original,
  rendition: Rendition,
  { format, isOnlyFormat }: WrittenRendition,
): string {
  return `${version}-${rendition}${isOnlyFormat ? '-only' : ''}.${format}`
}

/** The names in a folder that belong to originals before this one. */
export function olderThan(names: readonly string[], { version }: Original): string[] {
  return names.filter((name) => name.slice(0, version.length) < version)
}
