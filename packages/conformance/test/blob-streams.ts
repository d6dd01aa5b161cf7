import type { ServedBlob, ServedBlobStore } from '@kith/core'

/** A stream of chunks that are all there. */
export async function* from(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts
}

/** All chunks of a stream, each copied when it comes. */
export async function collect(
  bytes: AsyncIterable<Uint8Array>,
  copying: 'copied' | 'uncopied' = 'copied',
): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = []
  for await (const part of bytes) parts.push(copying === 'copied' ? Uint8Array.from(part) : part)
  return parts
}

/** Renditions that stay as they were first read, when their blob is replaced and, if so told, when it is removed. */
export function keepingRenditions(
  { read, remove }: ServedBlobStore,
  { forgets }: { forgets: boolean },
): Pick<ServedBlobStore, 'read' | 'remove'> {
  const kept = new Map<string, Omit<ServedBlob, 'bytes'> & { parts: Uint8Array[] }>()
  return {
    async read(key, rendition, range) {
      if (rendition === null) return read(key, null, range)
      const name = `${key} ${rendition}`
      let found = kept.get(name) ?? null
      if (!found) {
        const blob = await read(key, rendition, () => null)
        if (!blob) return null
        found = { ...blob, parts: await collect(blob.bytes) }
        if (!forgets || (await read(key, null, () => null))) kept.set(name, found)
      }
      return { ...found, bytes: from(found.parts) }
    },
    async remove(key) {
      for (const name of kept.keys()) if (forgets && name.startsWith(key)) kept.delete(name)
      await remove(key)
    },
  }
}
