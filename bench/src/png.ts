import { crc32, deflateSync } from 'node:zlib'

/** Red, green and blue, from 0 to 255. */
type Colour = readonly [red: number, green: number, blue: number]

/** A line of pixels: colours, and how many pixels each is wide. */
type Line = readonly (readonly [Colour, number])[]

/** A PNG of lines, with more chunks in front of its picture. */
export function png(height: number, lineAt: (y: number) => Line, extra: readonly Chunk[] = []): Buffer {
  const width = lineAt(0).reduce((sum, [, pixels]) => sum + pixels, 0)
  const lines = Array.from({ length: height }, (_, y) => [
    Buffer.alloc(1),
    ...lineAt(y).map(([colour, pixels]) => Buffer.alloc(pixels * 3, Buffer.from(colour))),
  ])
  return pngOf([header(width, height), ...extra, ['IDAT', deflateSync(Buffer.concat(lines.flat()))]])
}

/** A part of a PNG: its type and content. */
type Chunk = readonly [type: string, content: Uint8Array]

/** A PNG of these chunks. */
export function pngOf(chunks: readonly Chunk[]): Buffer {
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

/** What says that a PNG has this size, and three colours of eight bits. */
function header(width: number, height: number): Chunk {
  const content = Buffer.alloc(13)
  content.writeUInt32BE(width, 0)
  content.writeUInt32BE(height, 4)
  content.set([8, 2], 8)
  return ['IHDR', content]
}
