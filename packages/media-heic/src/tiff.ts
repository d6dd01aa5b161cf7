/** The content of a TIFF. */
export interface TiffForm {
  width: number
  height: number
  /** Whether alpha is left out. */
  isOpaque: boolean
  /** ICC; `null` for sRGB. */
  profile: Uint8Array | null
}

/** A TIFF in progress, in the memory of its pixels. */
export interface Tiff {
  /** The place for red, green, blue and alpha of all pixels. */
  rgba: Uint8Array
  /** The file. */
  finish(): Uint8Array<ArrayBuffer>
}

/** A reader has one strip of rows in memory. */
const rowsOfStrip = 16
/** The types of numbers in a field (TIFF 6.0, section 2). */
const [short, long, bytes] = [3, 4, 7]

/** Starts an uncompressed TIFF 6.0: it is read immediately and discarded. */
export function writeTiff({ width, height, isOpaque, profile }: TiffForm): Tiff {
  const channels = isOpaque ? 3 : 4
  const strips = Math.ceil(height / rowsOfStrip)
  const stripBytes = width * channels * rowsOfStrip
  const pixelBytes = width * height * channels
  const fields = (start: number): Field[] => [
    [256, long, [width]],
    [257, long, [height]],
    [258, short, Array<number>(channels).fill(8)],
    [259, short, [1]],
    [262, short, [2]],
    [273, long, Array.from({ length: strips }, (_, index) => start + index * stripBytes)],
    [277, short, [channels]],
    [278, long, [rowsOfStrip]],
    [
      279,
      long,
      Array.from({ length: strips }, (_, index) => Math.min(stripBytes, pixelBytes - index * stripBytes)),
    ],
    [284, short, [1]],
    // Alpha that is not premultiplied.
    ...(isOpaque ? [] : [[338, short, [2]] satisfies Field]),
    ...(profile ? [[34_675, bytes, profile] satisfies Field] : []),
  ]
  const start = directory(fields(0)).length
  // One allocation for everything, because a picture of 50 million pixels is big enough once.
  const file = new Uint8Array(start + width * height * 4)
  file.set(directory(fields(start)))
  const rgba = file.subarray(start)
  return {
    rgba,
    finish() {
      for (let from = 0, to = 0; isOpaque && to < pixelBytes; from += 4, to += 3)
        rgba.copyWithin(to, from, from + 3)
      return file.subarray(0, start + pixelBytes)
    },
  }
}

type Field = [tag: number, type: number, values: ArrayLike<number>]

/** The header, the directory and the values that do not fit into its four-byte fields. */
function directory(fields: readonly Field[]): Buffer<ArrayBuffer> {
  const table = Buffer.alloc(8 + 2 + fields.length * 12 + 4)
  table.write('II*\0', 'latin1')
  table.writeUInt32LE(8, 4)
  table.writeUInt16LE(fields.length, 8)
  const parts = [table]
  let end = table.length
  for (const [index, [tag, type, values]] of fields.entries()) {
    const at = 10 + index * 12
    table.writeUInt16LE(tag, at)
    table.writeUInt16LE(type, at + 2)
    table.writeUInt32LE(values.length, at + 4)
    const content = numbers(type, values)
    if (content.length <= 4) content.copy(table, at + 8)
    else {
      table.writeUInt32LE(end, at + 8)
      parts.push(content)
      end += content.length
    }
  }
  return Buffer.concat(parts)
}

/** Padded to full words. */
function numbers(type: number, values: ArrayLike<number>): Buffer<ArrayBuffer> {
  const size = type === short ? 2 : type === long ? 4 : 1
  const content = Buffer.alloc((values.length * size + 3) & ~3)
  for (let index = 0; index < values.length; index++)
    content.writeUIntLE(values[index] ?? 0, index * size, size)
  return content
}
