import type { BlobStore, DirectUploads, Rendition } from '@kith/core/ports'
import { bytesAt, seenAt, sendSigned } from '../../../test/blob-samples.ts'
import type { ImageKitDouble } from './double/imagekit-double.ts'

/** The contents of a folder in an account, without its name. The names of staged files differ each time: `staged/<key>/…`. */
export function contents({ library }: ImageKitDouble, folder: string): string[] {
  return library
    .paths()
    .filter((path) => path.startsWith(`/${folder}/`))
    .map((path) => path.slice(folder.length + 2).replace(/^(staged\/[^/]+\/).*$/, '$1…'))
}

/** What a browser gets of a blob; `null` if it does not exist. */
export async function view(
  blobs: BlobStore,
  key: string,
  rendition: Rendition | null = null,
): Promise<Buffer | null> {
  return await bytesAt(await seenAt(blobs, key, rendition))
}

/** Uploads a file, announced with its real type and size, as a browser does. */
export async function stage(
  direct: DirectUploads,
  key: string,
  { contentType, bytes }: { contentType: 'image/png' | 'video/mp4'; bytes: Uint8Array },
): Promise<void> {
  const until = new Date(Date.now() + 60_000)
  const signed = await direct.sign(key, { contentType, size: bytes.length, until })
  const response = await sendSigned(signed, bytes)
  if (!response.ok) throw new Error(`ImageKit answered ${response.status} ${await response.text()}`)
}
