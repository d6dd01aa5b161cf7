/**
 * The lightness in the middle of the four quarters of a picture, in lines from the top, according to its ThumbHash: the
 * first terms of a cosine transform, https://evanw.github.io/thumbhash/. It is how the kit sees what was written.
 */
export function quarters(thumbhash: string): number[] {
  const hash = Buffer.from(thumbhash, 'base64')
  const head = hash.readUIntLE(0, 3)
  const shape = hash.readUInt16LE(3)
  const hasAlpha = head >> 23 === 1
  const isLandscape = shape >> 15 === 1
  const most = hasAlpha ? 5 : 7
  const columns = Math.max(3, isLandscape ? most : shape & 7)
  const rows = Math.max(3, isLandscape ? shape & 7 : most)
  const mean = (head & 63) / 63
  const scale = ((head >> 18) & 31) / 31

  const terms: { column: number; row: number; weight: number }[] = []
  for (let row = 0; row < rows; row++) {
    for (let column = row === 0 ? 1 : 0; column * rows < columns * (rows - row); column++) {
      const index = terms.length
      const nibble = ((hash[(hasAlpha ? 6 : 5) + (index >> 1)] ?? 0) >> ((index & 1) << 2)) & 15
      terms.push({ column, row, weight: (nibble / 7.5 - 1) * scale })
    }
  }
  const middles = [0.25, 0.75]
  return middles.flatMap((y) =>
    middles.map((x) =>
      terms.reduce(
        (sum, { column, row, weight }) =>
          sum + 2 * weight * Math.cos(Math.PI * column * x) * Math.cos(Math.PI * row * y),
        mean,
      ),
    ),
  )
}
