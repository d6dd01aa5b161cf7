import { crc32 } from 'node:zlib'

/** A chunk of a PNG: its type and content. */
export type PngChunk = readonly [type: string, content: Uint8Array]

/** A PNG of these chunks, with its end. */
export function pngOf(chunks: readonly PngChunk[]): Buffer {
  const parts = [...chunks, ['IEND', Buffer.alloc(0)] as const].map(([type, content]) => {
    const chunk = Buffer.alloc(content.length + 12)
    chunk.writeUInt32BE(content.length)
    chunk.write(type, 4, 'latin1')
    chunk.set(content, 8)
    chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), content.length + 8)
    return chunk
  })
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...parts])
}
