import { open } from 'node:fs/promises'

const chunkBytes = 256 * 1024

/**
 * Reads a file through one buffer, as a blob store that copies each chunk before it asks for the next lets it: a large
 * file leaves no garbage behind.
 */
export async function* readInPlace(path: string): AsyncGenerator<Uint8Array> {
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
