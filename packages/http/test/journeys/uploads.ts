import assert from 'node:assert/strict'
import type { Upload } from '@kith/core'
import { drawDefaultAvatar } from '@kith/core/adapter'
import type { SignedUpload } from '@kith/core/ports'
import { shapes } from '@kith/http'
import type { Answer } from './answer.ts'
import type { Client } from './client.ts'
import type { JourneyRequest } from './client.ts'

/** A real picture: a PNG of 320 × 320. */
export function picture(name: string = 'anna'): Uint8Array {
  return drawDefaultAvatar(name)
}

/** A GIF of 8 × 8 that changes from red to blue. */
export const movingPicture: Uint8Array = Buffer.from(
  'R0lGODlhCAAIAIAAAExpcf8AACH5BAUAAAAALAAAAAAIAAgAAAIHjI+py+1dAAAh+QQFAAAAACwAAAAACAAIAIBMaXEAAP8CB4yPqcvtXQAAOw==',
  'base64',
)

/** A GIF of many frames that each draw one pixel: few bytes, but expensive to decode. */
export function animationBomb({ side, frames }: { side: number; frames: number }): Uint8Array {
  const head = Buffer.from('GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff', 'latin1')
  head.writeUInt16LE(side, 6)
  head.writeUInt16LE(side, 8)
  const frame = Buffer.from('21f904000a000000' + '2c0000000001000100' + '00' + '02024401' + '00', 'hex')
  return Buffer.concat([head, ...Array<Buffer>(frames).fill(frame), Buffer.from(';')])
}

/** One part of a form. */
export interface Part {
  name: string
  filename?: string
  bytes: Uint8Array | string
}

const boundary = 'journey-boundary-4711'

/** A request with a form, written exactly as given. */
export function formOf(parts: readonly Part[]): JourneyRequest {
  const pieces = parts.flatMap(({ name, filename, bytes }) => [
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"\r\ncontent-type: image/jpeg`}\r\n\r\n`,
    bytes,
    '\r\n',
  ])
  return {
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([...pieces, `--${boundary}--\r\n`].map((piece) => Buffer.from(piece))),
  }
}

/** Sends a file as forms do. Its name always ends in .jpg, whatever the type. */
export function send(client: Client, bytes: Uint8Array | string): Promise<Answer> {
  return client.request('/media', formOf([{ name: 'file', filename: 'photo.jpg', bytes }]))
}

/** Uploads a picture. */
export async function upload(client: Client, bytes: Uint8Array = picture()): Promise<Upload> {
  const answer = await send(client, bytes)
  return shapes.Upload.parse(answer.json())
}

/** Sends a file to the media host with the form that the host signed. */
export async function deliver({ url, form }: SignedUpload, bytes: Uint8Array = picture()): Promise<void> {
  const body = new FormData()
  for (const [name, value] of Object.entries(form?.fields ?? {})) body.append(name, value)
  body.append(form?.file ?? '', new Blob([Uint8Array.from(bytes)]))
  assert.equal((await fetch(url, { method: 'POST', body })).status, 204)
}
