import { avc } from './frames.ts'
import { fragmentedFile } from './fragmented-sample.ts'
import { appendTo, indexLast, overwriteIn } from './iso-editing.ts'
import { box, full, isoFile, isoPicture, isoSound, text, u32, zeros } from './iso-sample.ts'
import { appendToElement, replaceElement } from './webm-editing.ts'
import { element, number, webmFile, webmPicture, webmSound } from './webm-sample.ts'

/** A small file that would cost much time or memory if it were read as it says. */
export interface Bomb {
  name: string
  file(): Buffer
}

const entry = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd@8', 'avc1']
const tables = ['moov', 'trak', 'mdia', 'minf', 'stbl']
const [segment, tracks, cluster] = [0x18538067, 0x1654ae6b, 0x1f43b675]

function sample(): Buffer {
  return indexLast(isoFile())
}

function many(bytes: Uint8Array, count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, () => bytes))
}

/** Boxes in each other, each of eight bytes more than the one in it. */
function nestedBoxes(types: readonly string[], depth: number): Buffer {
  const bytes = Buffer.alloc(depth * 8)
  for (let level = 0; level < depth; level++) {
    bytes.writeUInt32BE((depth - level) * 8, level * 8)
    bytes.write(types[level % types.length] ?? '', level * 8 + 4, 'latin1')
  }
  return bytes
}

/** Elements in each other, their sizes in four bytes. */
function nestedElements(id: number, depth: number): Buffer {
  const header = element(id, Buffer.alloc(0))
  const bytes = many(header, depth)
  for (let level = 0; level < depth; level++)
    bytes.writeUInt32BE(0x1000_0000 + (depth - level - 1) * header.length, (level + 1) * header.length - 4)
  return bytes
}

/** A picture of one frame. */
function ofFrame(frame: Buffer): Buffer {
  return indexLast(isoFile({ tracks: [{ ...isoPicture, samples: [frame] }, isoSound] }))
}

/** Bombs made of boxes. */
export const isoBombs: readonly Bomb[] = [
  {
    name: '400,000 boxes in each other',
    file: () => Buffer.concat([sample(), nestedBoxes(['trak'], 400_000)]),
  },
  {
    name: '400,000 boxes in each other as their types allow',
    file: () => Buffer.concat([nestedBoxes(['moov', 'trak', 'mdia', 'minf', 'stbl'], 400_000), sample()]),
  },
  {
    name: '100,000 boxes in each other in a description',
    file: () => appendTo(sample(), entry, nestedBoxes(['wave', 'sinf', 'schi'], 100_000)),
  },
  {
    name: '100,000 fragments in each other',
    file: () => Buffer.concat([fragmentedFile(), nestedBoxes(['moof', 'traf'], 100_000)]),
  },
  { name: '100,000 free boxes', file: () => Buffer.concat([sample(), many(box('skip'), 100_000)]) },
  {
    name: '100,000 free boxes in a description',
    file: () => appendTo(sample(), entry, many(box('free'), 100_000)),
  },
  {
    name: '100,000 places of samples between as many free boxes',
    file: () => Buffer.concat([sample(), many(Buffer.concat([box('mdat'), box('free')]), 100_000)]),
  },
  { name: '20,000 tracks', file: () => appendTo(sample(), ['moov'], many(box('trak', box('mdia')), 20_000)) },
  {
    name: '100,000 edits',
    file: () =>
      appendTo(sample(), ['moov', 'trak'], box('edts', full('elst', [u32(100_000), zeros(1_200_000)]))),
  },
  {
    name: 'four billion times',
    file: () => overwriteIn(sample(), [...tables, 'stts'], { at: 8, bytes: u32(0xffff_ffff) }),
  },
  {
    name: 'four billion offsets of times',
    file: () => appendTo(sample(), tables, full('ctts', [u32(1), u32(0xffff_ffff), u32(1)])),
  },
  {
    name: 'four billion samples of one size',
    file: () =>
      overwriteIn(sample(), [...tables, 'stsz'], { at: 4, bytes: Buffer.concat([u32(1), u32(0xffff_ffff)]) }),
  },
  {
    name: 'four billion samples in a chunk',
    file: () => overwriteIn(sample(), [...tables, 'stsc'], { at: 12, bytes: u32(0xffff_ffff) }),
  },
  {
    name: 'four billion descriptions',
    file: () => overwriteIn(sample(), [...tables, 'stsd'], { at: 4, bytes: u32(0xffff_ffff) }),
  },
  {
    name: 'four billion samples in a fragment',
    file: () => {
      const file = fragmentedFile()
      const run = full('trun', [u32(0xffff_ffff)])
      const track = box('traf', full('tfhd', [u32(1)]), run)
      return Buffer.concat([file, box('moof', track)])
    },
  },
  {
    name: '40,000 empty fragments',
    file: () => Buffer.concat([fragmentedFile(), many(box('moof', box('traf')), 40_000)]),
  },
  { name: 'a million empty units in a frame', file: () => ofFrame(zeros(4_000_000)) },
  {
    name: '500,000 messages in a frame',
    file: () => ofFrame(many(Buffer.concat([u32(2), Buffer.from([0x06, 0x80])]), 500_000)),
  },
  { name: '20,000 samples over each other', file: samplesOverEachOther },
]

/** Each is a megabyte long and is at the same place. */
function samplesOverEachOther(): Buffer {
  const [frame = Buffer.alloc(0)] = avc.frames
  const filler = Buffer.alloc(2 ** 20 - frame.length)
  filler.writeUInt32BE(filler.length - 4)
  filler[4] = 12
  const count = 20_000
  const shared = indexLast(
    isoFile({ tracks: [{ ...isoPicture, samples: [Buffer.concat([frame, filler])] }] }),
  )
  const start = shared.readUInt32BE(shared.lastIndexOf('stco') + 12)
  const size = shared.readUInt32BE(shared.lastIndexOf('stsz') + 16)
  const one = (type: string): Buffer => text(type)
  // What the sample says about its one sample is no longer read, and the same tables follow with other numbers.
  const renamed = ['stts', 'stsz', 'stco'].reduce(
    (file, type) => overwriteIn(file, [...tables, type], { at: -4, bytes: one('free') }),
    shared,
  )
  return [
    full('stts', [u32(1), u32(count), u32(700)]),
    full('stsz', [u32(0), u32(count), many(u32(size), count)]),
    full('stco', [u32(count), many(u32(start), count)]),
  ].reduce((file, table) => appendTo(file, tables, table), renamed)
}

/** Bombs made of elements. */
export const webmBombs: readonly Bomb[] = [
  ...[130_000, 200_000, 1_000_000].map((count) => ({
    name: `${count} void elements`,
    file: () => appendToElement(webmFile(), [segment], many(Buffer.from([0xec, 0x80]), count)),
  })),
  ...[
    { where: 'behind the segment', path: [] },
    { where: 'in a cluster', path: [segment, cluster] },
    { where: 'in a track', path: [segment, tracks, 0xae] },
    { where: 'in the header', path: [0x1a45dfa3] },
  ].map(({ where, path }) => ({
    name: `100,000 void elements ${where}`,
    file: () => appendToElement(webmFile(), path, many(Buffer.from([0xec, 0x80]), 100_000)),
  })),
  {
    name: '20,000 tracks of a WebM',
    file: () =>
      appendToElement(webmFile(), [segment, tracks], many(element(0xae, [element(0x83, number(1))]), 20_000)),
  },
  {
    name: '300,000 tags in each other',
    file: () => appendToElement(webmFile(), [segment], element(0x1254c367, nestedElements(0x67c8, 300_000))),
  },
  {
    name: '300,000 groups in each other',
    file: () => appendToElement(webmFile(), [segment, cluster], nestedElements(0xa0, 300_000)),
  },
  {
    name: '300,000 clusters in each other',
    file: () => appendToElement(webmFile(), [segment], nestedElements(cluster, 300_000)),
  },
  {
    name: '100,000 clusters without a size',
    file: () => appendToElement(webmFile(), [segment], many(Buffer.from('1f43b675ff', 'hex'), 100_000)),
  },
  {
    name: '300,000 empty blocks',
    file: () =>
      appendToElement(
        webmFile(),
        [segment, cluster],
        many(element(0xa3, Buffer.from([0x81, 0, 0, 0])), 300_000),
      ),
  },
  {
    name: '100,000 additions to a block',
    file: () =>
      appendToElement(
        webmFile(),
        [segment, cluster],
        element(0xa0, [
          element(0xa1, Buffer.from([0x81, 0, 0, 0])),
          many(element(0x75a1, zeros(1)), 100_000),
        ]),
      ),
  },
  {
    name: '20,000 blocks of 256 frames',
    file: () => {
      const laced = element(0xa3, Buffer.concat([Buffer.from([0x82, 0, 0, 0x82, 0xff]), zeros(255)]))
      return appendToElement(webmFile(), [segment, cluster], many(laced, 20_000))
    },
  },
  {
    name: '100,000 cues of the same time',
    file: () =>
      appendToElement(
        webmFile(),
        [segment],
        element(
          0x1c53bb6b,
          many(
            element(0xbb, [
              element(0xb3, number(0)),
              element(0xb7, [element(0xf7, number(1)), element(0xf1, number(0))]),
            ]),
            100_000,
          ),
        ),
      ),
  },
  {
    name: 'a million units in a frame of AV1',
    file: () => {
      const frames = [many(Buffer.from([0x12, 0x00]), 1_000_000)]
      const file = webmFile({ tracks: [{ ...webmPicture, frames }, webmSound] })
      return replaceElement(file, [segment, tracks, 0xae, 0x86], element(0x86, text('V_AV1')))
    },
  },
]
