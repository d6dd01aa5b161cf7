import { type FileHandle, open } from 'node:fs/promises'

/** A part of a file, with an exclusive end. */
export interface Range {
  start: number
  end: number
}

/** A file that is read and changed in place through one window, with little memory for any size. */
export interface VideoFile {
  readonly size: number
  /** Reads bytes; fewer at the end of the file. The buffer is valid until the next call. */
  read(offset: number, length: number): Promise<Buffer>
  write(offset: number, bytes: Uint8Array): Promise<void>
  /** Fills a part of the file with one byte. */
  fill(range: Range, byte: number): Promise<void>
}

/** Neighboring parts are read and written together: a system call per frame would take longer than everything else. */
const windowBytes = 256 * 1024

/** Why a file is opened. */
interface Opening {
  path: string
  to: 'read' | 'change'
}

/** Opens a file for `use` and closes it. Changes are in the file when this returns. */
export async function withFile<Result>(
  { path, to }: Opening,
  use: (file: VideoFile) => Promise<Result>,
): Promise<Result> {
  const handle = await open(path, to === 'read' ? 'r' : 'r+')
  try {
    const { flush, ...file } = fileOf(handle, (await handle.stat()).size)
    const result = await use(file)
    await flush()
    return result
  } finally {
    await handle.close()
  }
}

function fileOf(handle: FileHandle, size: number): VideoFile & { flush: () => Promise<void> } {
  const window = Buffer.alloc(windowBytes)
  let from = 0
  let filled = 0
  /** The part of the window that is not in the file yet. */
  let changed: Range | null = null

  async function flush(): Promise<void> {
    if (!changed) return
    const { start, end } = changed
    changed = null
    await writeAll(window.subarray(start, end), from + start)
  }

  async function writeAll(bytes: Uint8Array, offset: number): Promise<void> {
    for (let done = 0; done < bytes.length;)
      done += (await handle.write(bytes, done, bytes.length - done, offset + done)).bytesWritten
  }

  async function readInto(bytes: Buffer, offset: number): Promise<number> {
    let count = 0
    while (count < bytes.length) {
      const { bytesRead } = await handle.read(bytes, count, bytes.length - count, offset + count)
      if (bytesRead === 0) break
      count += bytesRead
    }
    return count
  }

  async function moveTo(offset: number, length: number): Promise<void> {
    if (offset >= from && offset + length <= from + filled) return
    await flush()
    // The next access is likely to be a little further on.
    from = offset
    filled = 0
    filled = await readInto(window, offset)
  }

  async function change(offset: number, length: number, put: (part: Buffer) => void): Promise<void> {
    for (let done = 0; done < length;) {
      const count = Math.min(length - done, windowBytes)
      await moveTo(offset + done, count)
      const start = offset + done - from
      const end = Math.min(start + count, filled)
      if (end <= start) return
      put(window.subarray(start, end))
      changed = { start: Math.min(changed?.start ?? start, start), end: Math.max(changed?.end ?? end, end) }
      done += end - start
    }
  }

  return {
    size,
    flush,
    async read(offset, length) {
      if (length <= windowBytes) {
        await moveTo(offset, Math.min(length, Math.max(0, size - offset)))
        return window.subarray(offset - from, Math.min(offset - from + length, filled))
      }
      await flush()
      const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - offset)))
      return bytes.subarray(0, await readInto(bytes, offset))
    },
    async write(offset, bytes) {
      let done = 0
      await change(offset, bytes.length, (part) => {
        part.set(bytes.subarray(done, done + part.length))
        done += part.length
      })
    },
    fill: ({ start, end }, byte) => change(start, Math.max(0, end - start), (part) => part.fill(byte)),
  }
}
