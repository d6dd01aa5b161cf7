/** How a format encodes chromaticities and luminances. */
export interface DisplayUnits {
  /** The value for 1 in the diagram. */
  one: number
  /** The value for one candela, of the brightest and of the darkest. */
  candela: readonly [brightest: number, darkest: number]
}

/** SMPTE ST 2086, as ISO, H.264 and HEVC have it. */
const iso2086: DisplayUnits = { one: 50_000, candela: [10_000, 10_000] }

/** Red, green, blue and white of BT.709, P3 and BT.2020: displays are described as one of them. */
const gamuts: readonly (readonly number[])[] = [
  [0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329],
  [0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329],
  [0.708, 0.292, 0.17, 0.797, 0.131, 0.046, 0.3127, 0.329],
]
/** Writers round differently. */
const nearness = 0.0005
const [maxBrightest, maxDarkest] = [10_000, 5]
/** No light is brighter than PQ can encode; text read as a number is. */
const maxLight = 10_000

/**
 * Whether 24 bytes describe a known display: sixteen bytes of chromaticities could be a text. The primaries can be in
 * any order, since encoders mix up red, green and blue.
 */
export function isDisplay(content: Buffer, { one, candela }: DisplayUnits = iso2086): boolean {
  if (content.length !== 24) return false
  const [brightest, darkest] = [16, 20].map((at) => content.readUInt32BE(at))
  if ((brightest ?? 0) > maxBrightest * candela[0] || (darkest ?? 0) > maxDarkest * candela[1]) return false
  const places = pairs(Array.from({ length: 8 }, (_, index) => content.readUInt16BE(index * 2) / one))
  return gamuts.some((gamut) => {
    const known = pairs(gamut)
    const [white, ...primaries] = [...known].reverse()
    return (
      isNear(places[3], white) &&
      primaries.every((each) => places.slice(0, 3).some((one) => isNear(one, each)))
    )
  })
}

/** Whether four bytes are the maximum and mean light of pictures. */
export function isLight(content: Buffer): boolean {
  return content.length === 4 && content.readUInt16BE(0) <= maxLight && content.readUInt16BE(2) <= maxLight
}

function pairs(numbers: readonly number[]): number[][] {
  return [0, 2, 4, 6].map((at) => numbers.slice(at, at + 2))
}

function isNear(one: readonly number[] = [], other: readonly number[] = []): boolean {
  return one.every((value, index) => Math.abs(value - (other[index] ?? Infinity)) < nearness)
}
