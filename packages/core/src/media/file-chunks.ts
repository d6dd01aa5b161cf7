import { open } from 'node:fs/promises'

/** One read of a file. */
const chunkBytes = 256 * 1024

/**
 * The bytes of a file, all through one buffer: a chunk is valid until the next is requested. The chunks of a plain read
 * stream are garbage of 64 KiB each, of which V8 collects up to 32 MB before it frees them.
 */
export async function* fileChunks(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path)
  try {
    const buffer = Buffer.allocUnsafeSlow(chunkBytes)
    for (;;) {
      const { bytesRead } = await file.read(buffer)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}
