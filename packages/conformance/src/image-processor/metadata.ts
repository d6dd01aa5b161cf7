import { deflateSync } from 'node:zlib'
import { place, secret } from '../secrets.ts'

/** 52° 31′ 12″ north, as EXIF has it: three fractions. */
export const latitude: Buffer = Buffer.concat([52, 1, 31, 1, 12, 1].map(u32))

const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><p>${secret} at ${place}</p></x:xmpmeta>`

/** Types of values in TIFF 6.0. */
const [ascii, short, long, rational, undefinedType] = [2, 3, 4, 5, 7] as const

/** What differs between cameras, and between pictures. */
export interface ExifFields {
  orientation?: number
  taken?: string
}

/** The EXIF of a camera: its name, a turn, where and when the picture was taken. */
export function exif({ orientation = 1, taken = '2026:07:14 18:32:05' }: ExifFields = {}): Buffer {
  const camera = directory(8, [
    [0x9003, ascii, text(`${taken}\0`)],
    [0x927c, undefinedType, text(`${secret} note`)],
  ])
  const position = directory(8 + camera.length, [
    [0x0001, ascii, text('N\0')],
    [0x0002, rational, latitude],
    [0x001c, undefinedType, text(`${secret} area`)],
  ])
  const start = 8 + camera.length + position.length
  const image = directory(start, [
    [0x010f, ascii, text(`${secret} camera\0`)],
    [0x0112, short, u16(orientation)],
    [0x8769, long, u32(8)],
    [0x8825, long, u32(8 + camera.length)],
  ])
  return Buffer.concat([text('MM\0*'), u32(start), camera, position, image])
}

/** Puts all into a JPEG that cameras and editors leave. */
export function tagJpeg(jpeg: Buffer, fields: ExifFields = {}): Buffer {
  return Buffer.concat([
    jpeg.subarray(0, 2),
    segment(0xe1, text('Exif\0\0'), exif(fields)),
    segment(0xe1, text(`http://ns.adobe.com/xap/1.0/\0${xmp}`)),
    segment(0xe2, text(`MPF\0${secret}`)),
    segment(0xed, text(`Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0e\x1c\x02\x5a\0\x07${secret}\0`)),
    segment(0xef, text(secret)),
    segment(0xfe, text(`a comment, ${secret}`)),
    jpeg.subarray(2),
    text(`what follows its end, ${secret}`),
  ])
}

/** The chunks of a PNG that tell of more than the picture. */
export const pngTags: readonly (readonly [string, Buffer])[] = [
  ['eXIf', exif()],
  ['tEXt', text(`Author\0${secret}`)],
  ['iTXt', text(`XML:com.adobe.xmp\0\0\0\0\0${xmp}`)],
  ['zTXt', Buffer.concat([text('Comment\0\0'), deflateSync(text(secret))])],
  ['tIME', Buffer.from([7, 0xea, 7, 14, 18, 32, 5])],
  ['prVt', text(secret)],
]

/** Puts a comment and XMP behind the colours of a GIF. */
export function tagGif(gif: Buffer): Buffer {
  const colours = 13 + 3 * 2 ** (((gif[10] ?? 0) & 7) + 1)
  const comment = Buffer.concat([Buffer.from([0x21, 0xfe, secret.length]), text(secret), Buffer.alloc(1)])
  const magic = Buffer.from([1, ...Array.from({ length: 256 }, (_, index) => 255 - index), 0])
  const application = Buffer.concat([Buffer.from([0x21, 0xff, 11]), text(`XMP DataXMP${xmp}`), magic])
  return Buffer.concat([gif.subarray(0, colours), comment, application, gif.subarray(colours)])
}

/** Puts EXIF and XMP into a WebP that has a picture and nothing else. */
export function tagWebp(webp: Buffer): Buffer {
  const canvas = Buffer.from([0x0c, 0, 0, 0, 63, 0, 0, 47, 0, 0])
  const chunks = [
    webpChunk('VP8X', canvas),
    webp.subarray(12),
    webpChunk('EXIF', exif()),
    webpChunk('XMP ', text(xmp)),
  ]
  const content = Buffer.concat([text('WEBP'), ...chunks])
  return Buffer.concat([webpChunk('RIFF', content)])
}

function webpChunk(name: string, content: Buffer): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt32LE(content.length)
  return Buffer.concat([text(name), size, content, Buffer.alloc(content.length % 2)])
}

function segment(marker: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([0xff, marker]), u16(content.length + 2), content])
}

/** A directory of TIFF 6.0 with the values that do not fit into its entries behind it. */
function directory(
  at: number,
  entries: readonly (readonly [tag: number, type: number, value: Buffer])[],
): Buffer {
  let next = at + 6 + entries.length * 12
  const values: Buffer[] = []
  const rows = entries.map(([tag, type, value]) => {
    const size = { [short]: 2, [long]: 4, [rational]: 8 }[type] ?? 1
    const head = Buffer.concat([u16(tag), u16(type), u32(value.length / size)])
    if (value.length <= 4) return Buffer.concat([head, value, Buffer.alloc(4 - value.length)])
    const padded = Buffer.concat([value, Buffer.alloc(value.length % 2)])
    values.push(padded)
    next += padded.length
    return Buffer.concat([head, u32(next - padded.length)])
  })
  return Buffer.concat([u16(entries.length), ...rows, u32(0), ...values])
}

function text(value: string): Buffer {
  return Buffer.from(value, 'latin1')
}

function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff])
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
