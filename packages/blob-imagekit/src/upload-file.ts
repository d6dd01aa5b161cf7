import { randomUUID } from 'node:crypto'
import type { ImageKit } from '@imagekit/nodejs'
import type { FileUploadResponse } from '@imagekit/nodejs/resources/files/files'
import { atImageKit } from './requests.ts'

/** A file to upload, which may have to be read more than once. */
export interface FileToUpload {
  name: string
  /** In the media library. */
  folder: string
  isPrivate: boolean
  /** In bytes. */
  size: number
  read: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** In addition to the limit for any call, a file may take a second for this many bytes: 4 Mbit/s. */
const bytesPerSecond = 524_288

/**
 * Uploads a file in one request, so that it is stored completely or not at all, and replaces an existing one of that
 * name. Returns whether there was one.
 *
 * The form is written here. The client's form would be read into memory as fast as the disk allows, however slow the
 * network, and a connection that breaks meanwhile would end the process with an unhandled rejection (undici, in the
 * `FormData` of `fetch`).
 */
export async function uploadFile(client: ImageKit, file: FileToUpload): Promise<boolean> {
  const boundary = `kith-${randomUUID()}`
  const fields = {
    fileName: file.name,
    folder: file.folder,
    useUniqueFileName: 'false',
    overwriteFile: 'true',
    isPrivateFile: String(file.isPrivate),
  }
  const head = Buffer.from(
    Object.entries(fields)
      .map(([name, value]) => `${partHead(boundary, name)}\r\n\r\n${value}\r\n`)
      .join('') +
      `${partHead(boundary, 'file')}; filename="${file.name}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
  )
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  const body: AsyncIterable<Uint8Array> = {
    // Called for each attempt of the client, and read further when the network has accepted the previous part.
    async *[Symbol.asyncIterator]() {
      yield head
      yield* file.read()
      yield tail
    },
  }
  const headers = {
    'content-type': `multipart/form-data; boundary=${boundary}`,
    'content-length': String(head.length + file.size + tail.length),
  }
  const { versionInfo } = await atImageKit(
    (terms) =>
      client.post<FileUploadResponse>('/api/v1/files/upload', {
        ...terms,
        body,
        headers,
        defaultBaseURL: 'https://upload.imagekit.io',
      }),
    { millis: 10_000 + Math.ceil(file.size / bytesPerSecond) * 1000 },
  )
  return versionInfo?.name !== undefined && versionInfo.name !== 'Version 1'
}

function partHead(boundary: string, name: string): string {
  return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"`
}
