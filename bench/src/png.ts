import { deflateSync } from 'node:zlib'
import { pngOf, type PngChunk } from '../../test/png.ts'

/** Red, green and blue, from 0 to 255. */
type Color = readonly [red: number, green: number, blue: number]

/** A line of pixels: colors, and how many pixels each is wide. */
type Line = readonly (readonly [Color, number])[]

/** A PNG of lines, with more chunks in front of its picture. */
export function png(height: number, lineAt: (y: number) => Line, extra: readonly PngChunk[] = []): Buffer {
  const width = lineAt(0).reduce((sum, [, pixels]) => sum + pixels, 0)
  const lines = Array.from({ length: height }, (_, y) => [
    Buffer.alloc(1),
    ...lineAt(y).map(([color, pixels]) => Buffer.alloc(pixels * 3, Buffer.from(color))),
  ])
  return pngOf([header(width, height), ...extra, ['IDAT', deflateSync(Buffer.concat(lines.flat()))]])
}

/** The header of a PNG with this size, and three colors of eight bits. */
function header(width: number, height: number): PngChunk {
  const content = Buffer.alloc(13)
  content.writeUInt32BE(width, 0)
  content.writeUInt32BE(height, 4)
  content.set([8, 2], 8)
  return ['IHDR', content]
}
