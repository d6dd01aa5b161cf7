import { deflateSync } from 'node:zlib'
import { tagGif } from './metadata.ts'
import { gif, heic, jpeg, largeAvif, webp } from './pictures.ts'
import { type Chunk, type Line, png, pngOf } from './png-sample.ts'

/** A name and a file. */
export type Bomb = readonly [name: string, file: Buffer]

const small = (): Line => [[[200, 60, 60], 64]]

/** Files of a few hundred kilobytes that a decoder makes hundreds of megabytes of. */
export function makeSwellingBombs(): readonly Bomb[] {
  const zeros = deflateSync(Buffer.alloc(40_000_000))
  const packed = (name: string): Chunk => ['zTXt', Buffer.concat([Buffer.from(`${name}\0\0`), zeros])]
  const international: Chunk = ['iTXt', Buffer.concat([Buffer.from('Title\0\x01\0\0\0'), zeros])]
  return [
    ['a PNG with packed texts', png(48, small, [packed('a'), packed('b'), packed('c'), packed('d')])],
    [
      'a PNG with packed texts of any language',
      png(48, small, [international, international, international]),
    ],
    ['a PNG with a packed profile', png(48, small, [['iCCP', Buffer.concat([Buffer.from('P\0\0'), zeros])]])],
    ['a PNG of one line', pngOf([ihdr(40_000_000, 1, [8, 0, 0, 0, 0]), ['IDAT', zeros]])],
    ['a PNG of one column', pngOf([ihdr(1, 20_000_000, [8, 0, 0, 0, 0]), ['IDAT', zeros]])],
    ['a GIF of 65,535 × 65,535', gifOfSize(65_535)],
  ]
}

/** Files that have more of something than any real picture, each to be refused. */
export function makeTangledBombs(): readonly Bomb[] {
  return [
    ['a JPEG of 882 scans', manyScans(882)],
    ['a JPEG of 50,000 comments', behindStart(jpeg, Buffer.from('fffe0004aaaa', 'hex'), 50_000)],
    [
      'a JPEG with 8 MB of profile',
      behindStart(jpeg, segment(0xe2, Buffer.from('ICC_PROFILE\0'), Buffer.alloc(60_000)), 140),
    ],
    ['a PNG of 100,000 chunks', png(48, small, Array<Chunk>(100_000).fill(['prVt', Buffer.alloc(0)]))],
    ['a PNG with 4 MB of EXIF', png(48, small, [['eXIf', Buffer.alloc(4_000_000)]])],
    [
      'a PNG of 16 bits and four channels, interlaced, of 6,900 × 6,900',
      pngOf([ihdr(6_900, 6_900, [16, 6, 0, 0, 1]), ['IDAT', deflateSync(Buffer.alloc(1_000_000))]]),
    ],
    ['a WebP of 50,000 chunks', withWebpChunks(50_000)],
    ['a GIF of 100,000 comments', tagged(100_000)],
    ['an AVIF of 100,000 boxes in each other', isoImage(nested(100_000))],
    [
      'an AVIF of 100,000 boxes beside each other',
      isoImage(Buffer.concat(Array<Buffer>(100_000).fill(box('free')))),
    ],
    ['an AVIF of 225 pictures in the same bytes', isoImage(manyItems(225, 'av01'))],
    ['a HEIC of 225 pictures in the same bytes', isoImage(manyItems(225, 'hvc1'), 'heic')],
    ['an AVIF that shows one picture 225 times', isoImage(oneItem([225]))],
    ['an AVIF of pictures that show the next four times', isoImage(oneItem([4, 4, 4, 4, 4, 4, 4, 4]))],
    ['an AVIF whose picture of 4,096 × 4,096 is 100 frames', withFrames(largeAvif, 100)],
    ['a HEIC whose picture is 10,000 pictures', withPictures(heic, 10_000)],
  ]
}

function ihdr(width: number, height: number, form: readonly number[]): Chunk {
  const content = Buffer.alloc(13)
  content.writeUInt32BE(width, 0)
  content.writeUInt32BE(height, 4)
  content.set(form, 8)
  return ['IHDR', content]
}

function gifOfSize(side: number): Buffer {
  const file = Buffer.from(gif)
  file.writeUInt16LE(side, 6)
  file.writeUInt16LE(side, 8)
  return file
}

/**
 * A grey picture of 64 × 64, where each scan refines one of its coefficients by one bit and says that all are zero: valid
 * by ITU T.81, annex G.
 */
function manyScans(count: number): Buffer {
  const scans: Buffer[] = []
  for (let coefficient = 1; coefficient < 64; coefficient++)
    for (let bit = 13; bit >= 0 && scans.length < count; bit--)
      scans.push(scan(coefficient, bit === 13 ? 13 : ((bit + 1) << 4) | bit, Buffer.from([0x01])))
  return Buffer.concat([
    Buffer.from('ffd8', 'hex'),
    segment(0xdb, Buffer.alloc(1), Buffer.alloc(64, 1)),
    Buffer.from('ffc2000b080040004001011100', 'hex'),
    // One code of one bit in each table: no difference; and sixty-four blocks of zeros, whose number six bits more say.
    Buffer.from(`ffc40014${'00'}01${'00'.repeat(15)}00`, 'hex'),
    Buffer.from(`ffc40014${'10'}01${'00'.repeat(15)}60`, 'hex'),
    scan(0, 0, Buffer.alloc(8)),
    ...scans,
    Buffer.from('ffd9', 'hex'),
  ])
}

function scan(coefficient: number, bits: number, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, coefficient, coefficient, bits]), data])
}

function segment(marker: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(content.length + 2, 2)
  return Buffer.concat([head, content])
}

function behindStart(file: Buffer, part: Buffer, count: number): Buffer {
  return Buffer.concat([file.subarray(0, 2), ...Array<Buffer>(count).fill(part), file.subarray(2)])
}

function withWebpChunks(count: number): Buffer {
  const chunk = Buffer.from('prVt\0\0\0\0', 'latin1')
  const file = Buffer.concat([webp, ...Array<Buffer>(count).fill(chunk)])
  file.writeUInt32LE(file.length - 8, 4)
  return file
}

function tagged(count: number): Buffer {
  const whole = tagGif(gif)
  const at = whole.indexOf(Buffer.from([0x21, 0xfe]))
  const comment = Buffer.from([0x21, 0xfe, 1, 65, 0])
  return Buffer.concat([whole.subarray(0, at), ...Array<Buffer>(count).fill(comment), whole.subarray(at)])
}

function isoImage(content: Buffer, brand = 'avif'): Buffer {
  const type = box('ftyp', Buffer.from(`${brand}\0\0\0\0${brand}mif1`, 'latin1'))
  return Buffer.concat([type, content])
}

function nested(levels: number): Buffer {
  const whole = Buffer.alloc(levels * 8)
  for (let level = 0; level < levels; level++) {
    whole.writeUInt32BE((levels - level) * 8, level * 8)
    whole.write('ipco', level * 8 + 4, 'latin1')
  }
  return box('meta', Buffer.alloc(4), box('iprp', whole))
}

/** A picture of 64 × 64 that is put together from so many of 4,096 × 4,096, all of which lie in the same bytes. */
function manyItems(count: number, codec: string): Buffer {
  const ids = Array.from({ length: count }, (_, index) => index + 2)
  const item = (id: number, type: string): Buffer =>
    box('infe', words(0x02000000), halves(id, 0), Buffer.from(`${type}\0`, 'latin1'))
  const extent = (id: number): Buffer => Buffer.concat([halves(id, 0, 1), words(0, 600)])
  const property = (id: number, index: number): Buffer => Buffer.concat([halves(id), Buffer.from([1, index])])
  return Buffer.concat([
    box(
      'meta',
      words(0),
      box('hdlr', words(0, 0), Buffer.from('pict'), words(0, 0, 0), Buffer.alloc(1)),
      box('pitm', words(0), halves(1)),
      box('iinf', words(0), halves(count + 1), item(1, 'grid'), ...ids.map((id) => item(id, codec))),
      box('iloc', words(0), Buffer.from([0x44, 0]), halves(count + 1), extent(1), ...ids.map(extent)),
      box(
        'iprp',
        box('ipco', box('ispe', words(0, 64, 64)), box('ispe', words(0, 4096, 4096))),
        box('ipma', words(0, count + 1), property(1, 1), ...ids.map((id) => property(id, 2))),
      ),
    ),
    box('mdat', Buffer.alloc(1_000)),
  ])
}

/** Pictures that each show the next so many times; the last is coded, and of 4,096 × 4,096. */
function oneItem(times: readonly number[]): Buffer {
  const last = times.length + 1
  const items = [...times.keys()].map((index) => index + 1)
  const info = (id: number, type: string): Buffer =>
    box('infe', words(0x02000000), halves(id, 0), Buffer.from(`${type}\0`, 'latin1'))
  const shown = (id: number, count: number): Buffer =>
    box('dimg', halves(id, count, ...Array<number>(count).fill(id + 1)))
  const property = (id: number, index: number): Buffer => Buffer.concat([halves(id), Buffer.from([1, index])])
  return box(
    'meta',
    words(0),
    box('hdlr', words(0, 0), Buffer.from('pict'), words(0, 0, 0), Buffer.alloc(1)),
    box('pitm', words(0), halves(1)),
    box('iinf', words(0), halves(last), ...items.map((id) => info(id, 'grid')), info(last, 'av01')),
    box('iref', words(0), ...times.map((count, index) => shown(index + 1, count))),
    box(
      'iprp',
      box('ipco', box('ispe', words(0, 64, 64)), box('ispe', words(0, 4096, 4096))),
      box('ipma', words(0, last), ...items.map((id) => property(id, 1)), property(last, 2)),
    ),
  )
}

/** The frame of an AVIF so often in a row, all in its one item. Its data is the end of the file, and the frame the end of that. */
function withFrames(file: Buffer, count: number): Buffer {
  const dataAt = file.indexOf('mdat') + 4
  const frameAt = file.indexOf(Buffer.from([0x32, 0xd6, 0x01]), dataAt)
  const all = [...Array<Buffer>(count - 1).fill(file.subarray(frameAt))]
  const whole = Buffer.concat([file, ...all])
  whole.writeUInt32BE(whole.length - dataAt + 8, dataAt - 8)
  // The item is the only one, and what its extent has is the last number in `iloc`.
  const located = file.indexOf('iloc')
  whole.writeUInt32BE(whole.length - dataAt, located - 4 + file.readUInt32BE(located - 4) - 4)
  return whole
}

/** The picture of a HEIC so often in a row, all in its one coded item. Its data is the end of the file, and nothing else is in it. */
function withPictures(file: Buffer, count: number): Buffer {
  const dataAt = file.indexOf('mdat') + 4
  const picture = file.subarray(dataAt)
  const whole = Buffer.concat([file, ...Array<Buffer>(count - 1).fill(picture)])
  whole.writeUInt32BE(whole.length - dataAt + 8, dataAt - 8)
  whole.writeUInt32BE(picture.length * count, whole.indexOf(words(picture.length), whole.indexOf('iloc')))
  return whole
}

function box(type: string, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content)
  return Buffer.concat([words(body.length + 8), Buffer.from(type, 'latin1'), body])
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4)
  return bytes
}

function halves(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2)
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2)
  return bytes
}
