import { KithError } from '@kith/core'
import type { VideoFile } from './video-file.ts'

/** The elements of RFC 9559 that stripping knows, by their ids. */
export const ids = {
  void: 0xec,
  crc32: 0xbf,
  segment: 0x18538067,
  seekHead: 0x114d9b74,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  duration: 0x4489,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  name: 0x536e,
  attachmentLink: 0x7446,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  position: 0xa7,
  previousSize: 0xab,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  block: 0xa1,
  cues: 0x1c53bb6b,
  tags: 0x1254c367,
  chapters: 0x1043a770,
  attachments: 0x1941a469,
} as const

/** Where the content of something is, its end not included. */
export interface Place {
  start: number
  end: number
}

/** An element of EBML, RFC 8794. */
export interface Element extends Place {
  id: number
  /** Where its header begins. */
  header: number
}

/** The elements in a place. Those that a recorder left without a size go to the end of it, or, clusters, have none. */
export async function* elementsIn(file: VideoFile, { start, end }: Place): AsyncGenerator<Element> {
  for (let offset = start; offset < end;) {
    const head = await file.read(offset, 12)
    const idLength = lengthOf(head[0])
    const sizeLength = lengthOf(head[idLength])
    if (idLength > 4 || sizeLength > 8 || head.length < idLength + sizeLength)
      throw new KithError('media-unreadable')
    const id = head.readUIntBE(0, idLength)
    const first = (head[idLength] ?? 0) & (0xff >> sizeLength)
    let size = first
    let isUnknown = first === 0xff >> sizeLength
    for (let index = 1; index < sizeLength; index++) {
      const byte = head[idLength + index] ?? 0
      size = size * 256 + byte
      isUnknown &&= byte === 0xff
    }
    const content = offset + idLength + sizeLength
    if (isUnknown) size = id === ids.cluster ? 0 : end - content
    if (content + size > end) throw new KithError('media-unreadable')
    yield { id, header: offset, start: content, end: content + size }
    offset = content + size
  }
}

/** Overwrites an element with one that says nothing and is as long. */
export async function voidElement(file: VideoFile, { header, end }: Element): Promise<void> {
  const length = end - header
  if (length < 2) throw new KithError('media-unreadable')
  const head = Buffer.alloc(length < 9 ? 2 : 9)
  head[0] = ids.void
  if (length < 9) {
    head[1] = 0x80 | (length - 2)
  } else {
    head.writeUIntBE(length - 9, 3, 6)
    head[1] = 0x01
  }
  await file.write(header, head)
  await file.blank(header + head.length, end)
}

function lengthOf(first: number | undefined): number {
  return Math.clz32(first ?? 0) - 23
}
