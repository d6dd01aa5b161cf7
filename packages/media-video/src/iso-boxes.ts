import { KithError } from '@kith/core'
import type { VideoFile } from './video-file.ts'

/** A box of ISO 14496-12, which QuickTime calls an atom. */
export interface Box {
  type: string
  /** Where its header begins, where its content begins, and where it ends. */
  start: number
  content: number
  end: number
}

/** More boxes than this in one place are no video. */
const maxBoxes = 200_000

/** The boxes between two offsets. @throws media-unreadable where one does not fit, as in a file that was cut off */
export async function* boxesIn(file: VideoFile, start: number, end: number): AsyncGenerator<Box> {
  let count = 0
  // QuickTime may end a list with four zero bytes.
  for (let offset = start; offset + 8 <= end;) {
    const head = await file.read(offset, 16)
    if (head.length < 8 || ++count > maxBoxes) throw unreadable()
    const type = head.toString('latin1', 4, 8)
    let size = head.readUInt32BE(0)
    let content = offset + 8
    if (size === 1) {
      if (head.length < 16) throw unreadable()
      size = Number(head.readBigUInt64BE(8))
      content = offset + 16
    } else if (size === 0) {
      size = end - offset
    }
    if (offset + size > end || size < content - offset) throw unreadable()
    yield { type, start: offset, content, end: offset + size }
    offset += size
  }
}

/** The first box of a type between two offsets. */
export async function findBox(file: VideoFile, within: Box, path: readonly string[]): Promise<Box | null> {
  const [type, ...rest] = path
  if (type === undefined) return within
  for await (const box of boxesIn(file, within.content, within.end))
    if (box.type === type) return await findBox(file, box, rest)
  return null
}

/** The content of a box. @throws media-unreadable if it is larger than tables of a film of hours are */
export async function contentOf(file: VideoFile, box: Box | null): Promise<Buffer> {
  if (!box) return Buffer.alloc(0)
  const length = box.end - box.content
  if (length > 8 * 1024 * 1024) throw unreadable()
  return Buffer.from(await file.read(box.content, length))
}

function unreadable(): KithError {
  return new KithError('media-unreadable')
}
