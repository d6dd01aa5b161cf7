import { type BlobStore, type DirectUploads, drawDefaultAvatar, isGranted, type Rendition } from '@kith/core'
import type { ImageKitDouble } from './double/imagekit-double.ts'

export const image = { contentType: 'image/webp', size: null } as const
export const video = { contentType: 'video/mp4', size: null } as const

/** A real picture. */
export async function* picture(name = 'anna'): AsyncGenerator<Uint8Array> {
  yield drawDefaultAvatar(name)
}

/** As many MiB as told, each after `before`. */
export async function* mebibytes(
  count: number,
  before: (index: number) => Promise<void> = async () => {},
): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index++) {
    await before(index)
    yield Buffer.alloc(1024 * 1024, index + 1)
  }
}

/** What an account holds under a folder, without its name. The names of staged files are never the same: `staged/<key>/…`. */
export function contents({ library }: ImageKitDouble, folder: string): string[] {
  return library
    .paths()
    .filter((path) => path.startsWith(`/${folder}/`))
    .map((path) => path.slice(folder.length + 2).replace(/^(staged\/[^/]+\/).*$/, '$1…'))
}

/** What a browser gets of a blob; `null` where there is none. */
export async function view(
  blobs: BlobStore,
  key: string,
  rendition: Rendition | null = null,
): Promise<Buffer | null> {
  const until = new Date(Date.now() + 60_000)
  const url = isGranted(blobs) ? await blobs.grant(key, rendition, until) : blobs.url(key, rendition)
  const response = await fetch(url ?? '')
  const bytes = Buffer.from(await response.arrayBuffer())
  return response.ok ? bytes : null
}

/** The error that a call fails with. */
export async function errorOf(call: () => Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await call()
  } catch (error) {
    return error as Error & { code?: string }
  }
  throw new Error('it did not fail')
}

/** A video of as many bytes, of which the first say what it is. */
export function film(size: number): Buffer {
  const bytes = Buffer.alloc(size, 'film')
  bytes.writeUInt32BE(24, 0)
  bytes.write('ftypisom\0\0\0\0isommp42', 4, 'latin1')
  return bytes
}

/** Sends a file, announced as what it is, as a browser does. */
export async function stage(
  direct: DirectUploads,
  key: string,
  { contentType, bytes }: { contentType: 'image/png' | 'video/mp4'; bytes: Uint8Array },
): Promise<void> {
  const until = new Date(Date.now() + 60_000)
  const { url, method, form } = await direct.sign(key, { contentType, size: bytes.length, until })
  const body = new FormData()
  for (const [name, value] of Object.entries(form?.fields ?? {})) body.append(name, value)
  body.append(form?.file ?? 'file', new Blob([Uint8Array.from(bytes)]))
  const response = await fetch(url, { method, body })
  if (!response.ok) throw new Error(`ImageKit answered ${response.status} ${await response.text()}`)
}
