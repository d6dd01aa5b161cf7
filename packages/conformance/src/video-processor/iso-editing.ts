/** A place in a file of boxes: their types from the outside in. `avc1@78` are the boxes behind 78 bytes of fields. */
export type BoxPath = readonly string[]

interface Found {
  start: number
  content: number
  end: number
}

/**
 * Appends bytes to a box of an MP4, and gives it and those around it their new sizes. Samples have to be in front of the
 * index, as in `indexLast`, since nothing but sizes is corrected.
 */
export function appendTo(file: Buffer, path: BoxPath, bytes: Uint8Array): Buffer {
  const found = findBoxes(file, path)
  const copy = Buffer.from(file)
  for (const { start, end } of found) copy.writeUInt32BE(end - start + bytes.length, start)
  const { end } = found.at(-1) ?? { end: file.length }
  return Buffer.concat([copy.subarray(0, end), bytes, copy.subarray(end)])
}

/** Overwrites bytes of the content of a box. */
export function overwriteIn(
  file: Buffer,
  path: BoxPath,
  { at, bytes }: { at: number; bytes: Uint8Array },
): Buffer {
  const { content } = findBoxes(file, path).at(-1) ?? { content: 0 }
  const copy = Buffer.from(file)
  copy.set(bytes, content + at)
  return copy
}

/** Moves the index of an MP4 behind its samples. */
export function indexLast(file: Buffer): Buffer {
  const [index] = findBoxes(file, ['moov'])
  if (!index) return file
  const movie = Buffer.from(file.subarray(index.start, index.end))
  for (let at = movie.indexOf('stco'); at >= 0; at = movie.indexOf('stco', at + 4)) {
    for (let entry = 0; entry < movie.readUInt32BE(at + 8); entry++) {
      const offset = at + 12 + entry * 4
      movie.writeUInt32BE(movie.readUInt32BE(offset) - movie.length, offset)
    }
  }
  return Buffer.concat([file.subarray(0, index.start), file.subarray(index.end), movie])
}

function findBoxes(file: Buffer, path: BoxPath): Found[] {
  const found: Found[] = []
  let [start, end] = [0, file.length]
  for (const name of path) {
    const [type = '', skipped = '0'] = name.split('@')
    const box = findBox(file, type, { start, end })
    found.push(box)
    start = box.content + Number(skipped)
    end = box.end
  }
  return found
}

function findBox(file: Buffer, type: string, { start, end }: { start: number; end: number }): Found {
  for (let at = start; at + 8 <= end; at += file.readUInt32BE(at))
    if (file.toString('latin1', at + 4, at + 8) === type)
      return { start: at, content: at + 8, end: at + file.readUInt32BE(at) }
  throw new TypeError(`the sample has no ${type}`)
}
