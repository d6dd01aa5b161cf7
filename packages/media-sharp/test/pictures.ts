import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { pngOf, type PngChunk } from '../../../test/png.ts'
import sharp, { type Sharp, type SharpOptions } from 'sharp'

/** Text that no written file may contain. */
export const secret = 'PRIVATE'

/** A picture with a single color. */
export function plain(width: number, height: number, background = '#cc8844'): Sharp {
  return sharp({ create: { width, height, channels: 3, background } })
}

/** A picture that is as hard to compress as a photograph. */
export function noise(width: number, height: number): Sharp {
  const create = { width, height, channels: 3, noise: { type: 'gaussian', mean: 128, sigma: 40 } }
  // The types of sharp require a background next to the noise, which sharp then refuses.
  return sharp({ create } as unknown as SharpOptions)
}

/** A picture with soft shapes of every size, like a photograph. */
export async function photo(width: number, height: number): Promise<Sharp> {
  const layers = await Promise.all(
    [4, 16, 64].map(async (step) => {
      const coarse = await noise(Math.ceil(width / step), Math.ceil(height / step))
        .png()
        .toBuffer()
      return sharp(coarse).resize(width, height, { fit: 'fill', kernel: 'cubic' }).png().toBuffer()
    }),
  )
  return plain(width, height, '#808080').composite(layers.map((input) => ({ input, blend: 'overlay' })))
}

/** Everything that cameras and editors leave in a file. */
export function withMetadata(image: Sharp): Sharp {
  return image
    .withExif({
      IFD0: { Make: `${secret} camera`, Copyright: secret },
      IFD2: { DateTimeOriginal: '2026:07:14 18:32:05', MakerNote: `${secret} ${'thumbnail'.repeat(50)}` },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 12/1', GPSAreaInformation: secret },
    })
    .withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><p>${secret}</p></x:xmpmeta>`)
}

/** Inserts segments after the start of a JPEG, by marker and content. */
export function withSegments(jpeg: Buffer, segments: readonly (readonly [number, string])[]): Buffer {
  const parts = segments.map(([marker, content]) => {
    const head = Buffer.from([0xff, marker, 0, 0])
    head.writeUInt16BE(content.length + 2, 2)
    return Buffer.concat([head, Buffer.from(content, 'latin1')])
  })
  return Buffer.concat([jpeg.subarray(0, 2), ...parts, jpeg.subarray(2)])
}

/** A black PNG of one bit per pixel with additional chunks before its picture. */
export function blackPng(side: number, extra: readonly PngChunk[] = []): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header[8] = 1
  const rows = Buffer.alloc((Math.ceil(side / 8) + 1) * side)
  return pngOf([['IHDR', header], ...extra, ['IDAT', deflateSync(rows)]])
}

/** An animation whose frames differ. */
export async function animation(frames: number, side = 60): Promise<Sharp> {
  const pages = Array.from({ length: frames }, (_, index) =>
    sharp({
      create: {
        width: side,
        height: side,
        channels: 3,
        background: { r: (index * 7) % 256, g: (index * 31) % 256, b: 90 },
      },
    })
      .png()
      .toBuffer(),
  )
  return sharp(await Promise.all(pages), { join: { animated: true } })
}

/** A folder for the files of one test file. */
export interface Folder {
  /** Writes a file and returns its path. */
  save(name: string, content: Uint8Array): string
  path(name: string): string
  read(name: string): Buffer
  clear(): void
}

export function createFolder(): Folder {
  const root = mkdtempSync(join(tmpdir(), 'kith-images-'))
  const path = (name: string): string => join(root, name)
  return {
    path,
    save(name, content) {
      writeFileSync(path(name), content)
      return path(name)
    },
    read: (name) => readFileSync(path(name)),
    clear: () => rmSync(root, { recursive: true, force: true }),
  }
}

/** The parts of an AVIF: the types of its items, and the kinds of its color descriptions (ISO 23008-12, 14496-12). */
export function avifParts(avif: Buffer): string[] {
  const parts: string[] = []
  function visit(start: number, end: number): void {
    for (let offset = start; offset + 8 <= end;) {
      const size = avif.readUInt32BE(offset)
      const type = avif.toString('latin1', offset + 4, offset + 8)
      const content = offset + 8
      if (type === 'infe') parts.push(avif.toString('latin1', content + 8, content + 12))
      if (type === 'colr') parts.push(avif.toString('latin1', content, content + 4))
      if (['iprp', 'ipco'].includes(type)) visit(content, offset + size)
      if (type === 'meta') visit(content + 4, offset + size)
      if (type === 'iinf') visit(content + 6, offset + size)
      offset += size
    }
  }
  visit(0, avif.length)
  return parts
}

/** The chunks of a WebP by name. */
export function webpChunks(webp: Buffer): string[] {
  const names: string[] = []
  for (let offset = 12; offset + 8 <= webp.length;) {
    names.push(webp.toString('latin1', offset, offset + 4))
    const size = webp.readUInt32LE(offset + 4)
    offset += 8 + size + (size % 2)
  }
  return names
}
