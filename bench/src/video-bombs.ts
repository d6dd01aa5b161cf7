import { kitFixture } from '../../test/kit-samples.ts'
import type { Bomb } from './image-bombs.ts'
import { box, element, full, text, u32, zeros } from './video-parts.ts'

const isoFile = (): Buffer => kitFixture('videos/plain.mp4')

/** Videos that are as large as the limits of their parts allow: the most that a process can use for one. */
export function makeLargeVideoBombs(): Bomb[] {
  return [
    ['MP4, 2,900,000 samples of one chunk', manySamples(2_900_000)],
    ['MP4, 2,900,000 chunks of no sample', manyChunks(2_900_000)],
    ['MP4, 290,000 boxes in one', Buffer.concat([isoFile(), box('moov', many(box('udta'), 290_000))])],
    ['MP4, 65,000 fragments', Buffer.concat([isoFile(), many(box('moof', box('traf')), 65_000)])],
    ['MP4, 30 runs of 100,000 samples', Buffer.concat([isoFile(), manyRuns(30, 100_000)])],
    ['MP4, an index of 31 MiB', Buffer.concat([isoFile(), box('moof', box('free', zeros(31 * 2 ** 20)))])],
    ['WebM, 290,000 elements of a track', inTracks(290_000)],
    ['WebM, a cluster of 65,000 blocks', blocks(1, 65_000)],
    ['WebM, 40 clusters of 65,000 blocks', blocks(40, 65_000)],
    ['WebM, a cluster of 31 MiB', Buffer.concat([webmHead(), cluster([block(31 * 2 ** 20)])])],
    ['WebM, 20,000 cues', Buffer.concat([webmHead(), cluster([block(10)]), cues(20_000)])],
  ]
}

function many(part: Buffer, count: number): Buffer {
  const bytes = Buffer.alloc(part.length * count)
  if (bytes.length > 0) bytes.fill(part)
  return bytes
}

/** Replaces a table of the video by a larger one of the same type; the samples stay in place before it. */
function withTable(type: string, table: Buffer): Buffer {
  const file = isoFile()
  const at = file.indexOf(type) - 4
  const length = file.readUInt32BE(at)
  const changed = Buffer.concat([file.subarray(0, at), table, file.subarray(at + length)])
  for (const name of ['moov', 'trak', 'mdia', 'minf', 'stbl']) {
    const parent = changed.indexOf(name) - 4
    changed.writeUInt32BE(changed.readUInt32BE(parent) + table.length - length, parent)
  }
  return changed
}

function manySamples(count: number): Buffer {
  const file = withTable('stsz', full('stsz', [u32(0), u32(count), many(u32(1), count)]))
  const runs = file.indexOf('stsc')
  file.writeUInt32BE(count, runs + 16)
  const times = file.indexOf('stts')
  file.writeUInt32BE(count, times + 12)
  return Buffer.concat([file, zeros(count)])
}

function manyChunks(count: number): Buffer {
  return withTable('stco', full('stco', [u32(count), zeros(count * 4)]))
}

function manyRuns(count: number, samples: number): Buffer {
  const run = full('trun', [u32(samples), many(u32(1), samples)], { flags: 0x200 })
  return box(
    'moof',
    full('mfhd', [u32(1)]),
    box('traf', full('tfhd', [u32(1)], { flags: 0x20000 }), many(run, count)),
  )
}

function webmHead(): Buffer {
  const file = kitFixture('videos/plain.webm')
  const segment = Buffer.from('18538067', 'hex')
  const start = file.indexOf(segment) + 4
  const end = file.indexOf(Buffer.from('1f43b675', 'hex'))
  // A segment without a size extends to the end of the file.
  const unknown = Buffer.from('01ffffffffffffff', 'hex')
  return Buffer.concat([file.subarray(0, start), unknown, file.subarray(start + 4, end)])
}

function cluster(blocks_: readonly Buffer[]): Buffer {
  return element(0x1f43b675, [element(0xe7, u32(0)), ...blocks_])
}

function block(bytes: number): Buffer {
  return element(0xa3, Buffer.concat([Buffer.from([0x81, 0, 0, 0x80]), zeros(bytes)]))
}

function blocks(clusters: number, count: number): Buffer {
  const one = cluster([many(block(1), count)])
  return Buffer.concat([webmHead(), many(one, clusters)])
}

function cues(count: number): Buffer {
  const positions = element(0xb7, [element(0xf7, u32(1)), element(0xf1, u32(0))])
  return element(0x1c53bb6b, many(element(0xbb, [element(0xb3, u32(1)), positions]), count))
}

function inTracks(count: number): Buffer {
  const tracks = element(0x1654ae6b, many(element(0xae, Buffer.alloc(0)), 60))
  return Buffer.concat([webmHead(), element(0x1254c367, many(element(0xec, text('x')), count)), tracks])
}
