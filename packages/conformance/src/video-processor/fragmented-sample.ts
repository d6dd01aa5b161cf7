import { aac, avc } from './frames.ts'
import { appendTo, indexLast } from './iso-editing.ts'
import { box, full, isoFile, isoPicture, isoSound, u32, zeros } from './iso-sample.ts'

/** What is hidden in a fragmented MP4. */
export interface FragmentedShape {
  /** In the samples' box, in front of the frames, between picture and sound, and behind. */
  between: Uint8Array
  /** Behind the boxes of the first track of the fragment. */
  inTrack: Uint8Array
  /** Behind the boxes of the fragment. */
  inFragment: Uint8Array
  /** Behind the fields of the run of samples. */
  inRun: Uint8Array
  /** Behind the fields of the fragment's header. */
  inHeader: Uint8Array
  /** In front of the fragment, and behind it. */
  around: Uint8Array
  /** How many fragments there are, all of the same frames. */
  count: number
}

const plain: FragmentedShape = {
  between: Buffer.alloc(0),
  inTrack: Buffer.alloc(0),
  inFragment: Buffer.alloc(0),
  inRun: Buffer.alloc(0),
  inHeader: Buffer.alloc(0),
  around: Buffer.alloc(0),
  count: 1,
}

/** An MP4 whose samples are in fragments, as recorders write it that could be switched off at any time. */
export function fragmentedFile(fields: Partial<FragmentedShape> = {}): Buffer {
  const shape = { ...plain, ...fields }
  const parts: Buffer[] = [Buffer.from(shape.around)]
  for (let index = 0; index < shape.count; index++) parts.push(fragment(shape, index))
  return Buffer.concat([head(), ...parts, Buffer.from(shape.around)])
}

/** A movie whose tables are empty. */
function head(): Buffer {
  const tracks = [isoPicture, isoSound].map((track) => ({ ...track, samples: [] }))
  const empty = indexLast(isoFile({ tracks }))
  const samples = empty.indexOf('mdat') - 4
  const withoutSamples = Buffer.concat([empty.subarray(0, samples), empty.subarray(samples + 8)])
  const defaults = [1, 2].map((track) => full('trex', [u32(track), u32(1), zeros(12)]))
  return appendTo(withoutSamples, ['moov'], box('mvex', ...defaults))
}

function fragment(shape: FragmentedShape, index: number): Buffer {
  const tracks = [
    { id: 1, frames: avc.frames, duration: 700 },
    { id: 2, frames: aac.frames, duration: 64 },
  ]
  const build = (start: number): Buffer => {
    let offset = start + shape.between.length
    const boxes = tracks.map(({ id, frames, duration }) => {
      const run = full(
        'trun',
        [u32(frames.length), u32(offset), ...frames.flatMap(({ length }) => [u32(length)]), shape.inRun],
        {
          flags: 0x201,
        },
      )
      offset += frames.reduce((sum, { length }) => sum + length, shape.between.length)
      const header = full('tfhd', [u32(id), u32(duration), shape.inHeader], { flags: 0x20008 })
      const time = full('tfdt', [u32(index * frames.length * duration)])
      return box('traf', header, time, run, id === 1 ? shape.inTrack : Buffer.alloc(0))
    })
    return box('moof', full('mfhd', [u32(index + 1)]), ...boxes, shape.inFragment)
  }
  // It is as long wherever its samples are.
  const header = build(build(0).length + 8)
  const content = tracks.flatMap(({ frames }) => [shape.between, ...frames])
  return Buffer.concat([header, box('mdat', ...content, shape.between)])
}
