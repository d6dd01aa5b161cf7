/**
 * How many pictures a decoder decodes from the data of a HEIC item, shown or not; normally one. `null` for data that
 * does not consist of complete units, as in a truncated file (ISO 14496-15, 8.3; ITU-T H.265, 7.3.1.2 and 7.3.6.1).
 */
export function countHevcPictures(data: Buffer, lengthBytes: number): number | null {
  let pictures = 0
  for (let at = 0; at < data.length;) {
    if (at + lengthBytes > data.length) return null
    const size = data.readUIntBE(at, lengthBytes)
    const unit = data.subarray(at + lengthBytes, at + lengthBytes + size)
    if (size < 2 || unit.length < size) return null
    const [head = 0, layer = 0, slice = 0] = [unit[0], unit[1], unit[2]]
    const isOfFirstLayer = (head & 1) === 0 && layer >> 3 === 0
    // The first slice of a picture has its first bit set.
    if (head >> 1 < 32 && isOfFirstLayer && slice >= 128) pictures++
    at += lengthBytes + size
  }
  return pictures
}
