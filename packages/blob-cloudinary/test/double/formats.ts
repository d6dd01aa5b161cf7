import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sniff } from '@kith/core/adapter'
import type { ImageProcessor, MediaType } from '@kith/core/ports'
import { inTestFolder } from '../folders.ts'
import { refuse } from './refuse.ts'

/** Cloudinary's names for the types, with the content types. */
const formats: Readonly<Record<MediaType, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/heic': 'heic',
  'image/gif': 'gif',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'video/quicktime': 'mov',
}

/** The detected type of a file. */
export interface Measured {
  resourceType: 'image' | 'video' | 'raw'
  format: string | null
  width: number | null
  height: number | null
}

/** Detects the type of an upload from its bytes; `name` only counts for raw files. Refuses files of another resource type than requested. */
export async function measure(
  bytes: Buffer,
  asked: { resourceType: string; name: string },
  images: ImageProcessor,
): Promise<Measured> {
  if (bytes.length === 0) refuse(400, 'Empty file')
  const found = sniff(bytes)
  const kind = found?.startsWith('image/') ? 'image' : found ? 'video' : 'raw'
  const resourceType = asked.resourceType === 'auto' ? kind : asked.resourceType
  if (resourceType === 'raw') {
    const extension = /\.([^./]+)$/.exec(asked.name)?.[1] ?? null
    return { resourceType, format: extension, width: null, height: null }
  }
  if (found === null || kind !== resourceType)
    refuse(400, resourceType === 'image' ? 'Invalid image file' : 'Unsupported video format or file')
  const format = formats[found]
  if (resourceType === 'video') return { resourceType, format, ...videoSize(bytes) }
  const header = await inTestFolder(async (folder) => {
    const path = join(folder, 'image')
    await writeFile(path, bytes)
    return await images.inspect(path).catch(() => null)
  })
  if (!header) refuse(400, 'Invalid image file')
  return { resourceType: 'image', format, width: header.width, height: header.height }
}

/** The content type of a format. */
export function contentTypeOf(format: string | null): string {
  const known = Object.entries(formats).find(([, name]) => name === format)
  return known?.[0] ?? 'application/octet-stream'
}

/** ISO 14496-12: the track header ends with width and height, in 16.16. Other files have size 0. */
function videoSize(bytes: Buffer): { width: number; height: number } {
  const at = bytes.subarray(0, 1_000_000).indexOf('tkhd')
  if (at < 4) return { width: 0, height: 0 }
  const end = at - 4 + bytes.readUInt32BE(at - 4)
  return { width: bytes.readUInt16BE(end - 8), height: bytes.readUInt16BE(end - 4) }
}
