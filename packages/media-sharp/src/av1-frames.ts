/** OBUs that begin a frame: a header alone, or one with its tiles (AV1 specification, 6.2.2). */
const frameTypes: ReadonlySet<number> = new Set([3, 6])

/**
 * How many frames a decoder decodes from the data of an AV1 picture, shown or not. A still picture has one, a layered
 * one up to four.
 */
export function countAv1Frames(data: Buffer): number {
  let frames = 0
  for (let at = 0; at < data.length;) {
    const head = data[at++] ?? 0
    if (frameTypes.has((head >> 3) & 15)) frames++
    if ((head & 4) !== 0) at++
    // Without a size it is the last one.
    if ((head & 2) === 0) break
    let size = 0
    // In groups of seven bits, the lowest first (4.10.5).
    for (let group = 0; group < 8; group++) {
      const byte = data[at++] ?? 0
      size += (byte & 127) * 2 ** (7 * group)
      if (byte < 128) break
    }
    at += size
  }
  return frames
}
