import { type FileHandle, open } from 'node:fs/promises'

/** A file that is read in small pieces and changed in place, with little memory whatever its size. */
export interface VideoFile {
  readonly size: number
  /** Reads bytes; fewer at the end of the file. The buffer is valid until the next call. */
  read(offset: number, length: number): Promise<Buffer>
  write(offset: number, bytes: Uint8Array): Promise<void>
  /** Fills a part of the file with zeros. */
  blank(start: number, end: number): Promise<void>
}

/** As much as is read ahead: headers lie close together. */
const windowBytes = 64 * 1024

const zeros = Buffer.alloc(windowBytes)

/** What an opened file is for. */
interface Opening {
  path: string
  to: 'read' | 'change'
}

/** Opens a file for `use` and closes it. */
export async function withFile(
  { path, to }: Opening,
  use: (file: VideoFile) => Promise<void>,
): Promise<void> {
  const handle = await open(path, to === 'read' ? 'r' : 'r+')
  try {
    await use(fileOf(handle, (await handle.stat()).size))
  } finally {
    await handle.close()
  }
}

function fileOf(handle: FileHandle, size: number): VideoFile {
  const window = Buffer.alloc(windowBytes)
  let from = 0
  let filled = 0

  async function fill(into: Buffer, offset: number): Promise<number> {
    let count = 0
    while (count < into.length) {
      const { bytesRead } = await handle.read(into, count, into.length - count, offset + count)
      if (bytesRead === 0) break
      count += bytesRead
    }
    return count
  }

  return {
    size,
    async read(offset, length) {
      if (length > windowBytes) {
        const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - offset)))
        return bytes.subarray(0, await fill(bytes, offset))
      }
      if (offset < from || offset + length > from + filled) {
        from = offset
        filled = await fill(window, offset)
      }
      return window.subarray(offset - from, Math.min(offset - from + length, filled))
    },
    async write(offset, bytes) {
      filled = 0
      await handle.write(bytes, 0, bytes.length, offset)
    },
    async blank(start, end) {
      filled = 0
      for (let offset = start; offset < end; offset += zeros.length)
        await handle.write(zeros, 0, Math.min(zeros.length, end - offset), offset)
    },
  }
}
