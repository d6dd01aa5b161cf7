import { secret } from '../secrets.ts'
import { fragmentedFile } from './fragmented-sample.ts'
import type { HidingPlace } from './hiding-place.ts'
import { appendTo, type BoxPath, indexLast, overwriteIn } from './iso-editing.ts'
import { box, full, isoFile, text, u32, zeros } from './iso-sample.ts'

/** As many bytes as seven numbers of 32 bits, or fourteen of 16. */
const told = text(`${secret} 7 ${secret} 7 ${secret} `.padEnd(28))
const tables = ['moov', 'trak', 'mdia', 'minf', 'stbl']
const entry = [...tables, 'stsd@8', 'avc1']

function sample(): Buffer {
  return indexLast(isoFile())
}

/** A text in the place of the numbers of a table, which is said to have so many more. */
function asNumbers(type: string, { at, count }: { at: number; count: number }): Buffer {
  const path: BoxPath = [...tables, type]
  return overwriteIn(appendTo(sample(), path, told), path, { at, bytes: u32(count + told.length / 4) })
}

/** Sixteen bytes of a text as the places of a display, and lights of a real one. */
const display = Buffer.concat([told.subarray(0, 16), u32(10_000_000), u32(1)])

/** What is in numbers that nothing reads: tables that are longer than they need be, defaults, flags. */
export const isoNumberPlaces: readonly HidingPlace[] = [
  { name: 'pictures to seek to that there are none of', file: () => asNumbers('stss', { at: 4, count: 1 }) },
  { name: 'sizes of samples that there are none of', file: () => asNumbers('stsz', { at: 8, count: 2 }) },
  {
    name: 'places of chunks without samples',
    file: () => {
      const path: BoxPath = [...tables, 'stsc']
      const run = Buffer.concat([u32(3), u32(0), u32(1)])
      const file = appendTo(asNumbers('stco', { at: 4, count: 2 }), path, run)
      return overwriteIn(file, path, { at: 4, bytes: u32(2) })
    },
  },
  { name: 'a display', file: () => appendTo(sample(), entry, box('mdcv', display)) },
  { name: 'the numbers of hvcC', file: () => hevcFile() },
  {
    name: 'what samples of a fragment are by default',
    file: () =>
      overwriteIn(fragmentedFile(), ['moov', 'mvex', 'trex'], { at: 12, bytes: told.subarray(0, 8) }),
  },
  {
    name: 'flags of samples of a fragment',
    file: () => fragmentedFile({ inTrack: full('trun', [u32(told.length / 4), told], { flags: 0x400 }) }),
  },
]

/** Said to be HEVC, in the words of whose configuration is a text. */
function hevcFile(): Buffer {
  const config = Buffer.concat([Buffer.from([1]), told.subarray(0, 20), Buffer.from([0xff, 0])])
  const file = appendTo(sample(), entry, box('hvcC', config))
  const unnamed = overwriteIn(file, [...entry.slice(0, -1), 'avc1@78', 'avcC'], {
    at: -4,
    bytes: text('free'),
  })
  return overwriteIn(unnamed, entry, { at: -4, bytes: text('hvc1') })
}

/** A display, as a message in H.264. */
export const displayMessage: Buffer = display
/** A long text: what it is behind is as long as a parameter set never is. */
export const longSet: Buffer = Buffer.concat([Buffer.from([0x67]), zeros(1100).fill(0x55), told])
