const exifDirectory = 0x8769
const dateTimeOriginal = 0x9003

/**
 * When a picture was taken, as ISO 8601 without a zone, from its raw EXIF: `DateTimeOriginal` of Exif 2.32, 4.6.5,
 * found through the directories of TIFF 6.0. `null` if it is missing or not a date. Reads two directories and never
 * outside the bytes, whatever they contain.
 */
export function readTakenAt(exif: Uint8Array): string | null {
  const bytes = asText(exif, 0, 6) === 'Exif\0\0' ? exif.subarray(6) : exif
  const littleEndian = asText(bytes, 0, 2) === 'II'
  if (!littleEndian && asText(bytes, 0, 2) !== 'MM') return null

  function number(offset: number, length: number): number {
    let value = 0
    for (let index = 0; index < length; index++) {
      const from = littleEndian ? offset + length - 1 - index : offset + index
      value = value * 256 + (bytes[from] ?? 0)
    }
    return value
  }

  /** The value, or its offset, of a tag in a directory: entries of 12 bytes after their count. */
  function find(directory: number, tag: number): number | null {
    const count = Math.min(number(directory, 2), Math.floor((bytes.length - directory - 2) / 12))
    for (let index = 0; index < count; index++) {
      const entry = directory + 2 + index * 12
      if (number(entry, 2) === tag) return number(entry + 8, 4)
    }
    return null
  }

  const directory = find(number(4, 4), exifDirectory)
  const offset = directory === null ? null : find(directory, dateTimeOriginal)
  return offset === null ? null : toIso(asText(bytes, offset, 19))
}

function toIso(text: string): string | null {
  const match = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(text)
  if (!match) return null
  const [, year, month, day, time] = match
  const iso = `${year}-${month}-${day}T${time}`
  const date = new Date(`${iso}Z`)
  // A camera without a clock writes zeros; `Date` turns the 31st of February into another day.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : null
}

function asText(bytes: Uint8Array, offset: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + length))
}
