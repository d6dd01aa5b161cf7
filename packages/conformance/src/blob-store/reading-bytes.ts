import type { ByteRange, RenditionForm, ServedBlobStore, ServedFile } from '@kith/core/ports'

/** The result of reading a blob. */
export interface ReadFile extends ServedFile {
  bytes: Buffer
}

/** What to read: by default the entire blob. */
export interface Reading {
  form?: RenditionForm | null
  range?: (file: ServedFile) => ByteRange | null
}

/** Reads a blob to its end: `null` where there is none. */
export async function readFile(
  blobs: ServedBlobStore,
  key: string,
  { form = null, range = () => null }: Reading = {},
): Promise<ReadFile | null> {
  const blob = await blobs.read(key, form, range)
  if (!blob) return null
  const parts: Uint8Array[] = []
  for await (const part of blob.bytes) parts.push(Uint8Array.from(part))
  return { contentType: blob.contentType, size: blob.size, bytes: Buffer.concat(parts) }
}
