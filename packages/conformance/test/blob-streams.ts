import type { RenditionFormat, ServedBlob, ServedBlobStore } from '@kith/core/ports'

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

/**
 * A store of both formats, made of one of WebP alone: what does not move has an AVIF, which is no more than the head of
 * one before the WebP.
 */
export function offeringAvif(blobs: ServedBlobStore): ServedBlobStore {
  const head = Buffer.from('\0\0\0\x18ftypavif\0\0\0\0mif1avif', 'latin1')
  return {
    ...blobs,
    formats: ['avif', 'webp'],
    async read(key, form, range) {
      if (form?.format !== 'avif') return await blobs.read(key, form, range)
      const file = await blobs.read(key, form, () => null)
      if (!file) return null
      const content = Buffer.concat(await collect(file.bytes))
      if (content.includes('ANMF')) return await blobs.read(key, form, range)
      const avif = Buffer.concat([head, content])
      const told = { contentType: 'image/avif', size: avif.length } as const
      const part = range(told)
      return { ...told, bytes: from([part ? avif.subarray(part.start, part.end + 1) : avif]) }
    },
  }
}

/** Renditions that stay as they were first read, when their blob is replaced and, if so told, when it is removed. */
export function keepingRenditions(
  { read, remove }: ServedBlobStore,
  { forgets, only }: { forgets: boolean; only?: RenditionFormat },
): Pick<ServedBlobStore, 'read' | 'remove'> {
  const kept = new Map<string, Omit<ServedBlob, 'bytes'> & { parts: Uint8Array[] }>()
  return {
    async read(key, form, range) {
      if (form === null || (only && form.format !== only)) return read(key, form, range)
      const name = `${key} ${form.rendition} ${form.format}`
      let found = kept.get(name) ?? null
      if (!found) {
        const blob = await read(key, form, () => null)
        if (!blob) return null
        found = { ...blob, parts: await collect(blob.bytes) }
        if (!forgets || (await read(key, null, () => null))) kept.set(name, found)
      }
      const { parts, ...file } = found
      const [part, whole] = [range(file), Buffer.concat(parts)]
      return { ...file, bytes: from(part ? [whole.subarray(part.start, part.end + 1)] : parts) }
    },
    async remove(key) {
      for (const name of kept.keys()) if (forgets && name.startsWith(key)) kept.delete(name)
      await remove(key)
    },
  }
}
