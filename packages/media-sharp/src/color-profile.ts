/**
 * How the colors of a source are stored. `same`: its values are those of sRGB or Display P3 and stay; `convert`: they
 * are converted to one of the two.
 */
export interface StoredColors {
  numbers: 'same' | 'convert'
  space: 'srgb' | 'p3'
}

type Point = readonly [x: number, y: number, z: number]

/** The red, green and blue of a profile, adapted to D50 as ICC.1 requires. */
type Primaries = readonly [Point, Point, Point]

const srgb: Primaries = [
  [0.43607, 0.22249, 0.01392],
  [0.38515, 0.71687, 0.09708],
  [0.14307, 0.06061, 0.7141],
]
/** Display P3, as in {@link displayP3}. */
export const p3: Primaries = [
  [0.51512, 0.2412, -0.00105],
  [0.29198, 0.69225, 0.04189],
  [0.1571, 0.06657, 0.78407],
]

/** Profiles are rounded in many ways; nobody can see such small differences. */
const nearness = 0.003

/** Decides based on the profile of a source. The profile itself, which can identify a device, is never kept. */
export function storedColors(profile: Buffer | undefined): StoredColors {
  const primaries = profile && readPrimaries(profile)
  if (!profile || !primaries) return { numbers: profile ? 'convert' : 'same', space: 'srgb' }
  const hasCurve = ['rTRC', 'gTRC', 'bTRC'].every((name) => isSrgbCurve(tag(profile, name)))
  for (const [space, known] of [
    ['srgb', srgb],
    ['p3', p3],
  ] as const)
    if (hasCurve && isNear(primaries, known)) return { numbers: 'same', space }
  return { numbers: 'convert', space: areaOf(primaries) > areaOf(srgb) * 1.1 ? 'p3' : 'srgb' }
}

/** `null` for other kinds of profiles: with tables, for gray, or for printers. */
function readPrimaries(profile: Buffer): Primaries | null {
  if (profile.toString('latin1', 16, 20) !== 'RGB ' || tag(profile, 'A2B0')) return null
  const [red, green, blue] = ['rXYZ', 'gXYZ', 'bXYZ'].map((name) => readPoint(tag(profile, name)))
  return red && green && blue ? [red, green, blue] : null
}

function readPoint(content: Buffer | null): Point | null {
  if (!content || content.length < 20) return null
  return [fixed(content, 8), fixed(content, 12), fixed(content, 16)]
}

/** ICC.1, 7.3: entries of twelve bytes, each with a name, an offset and a length. */
function tag(profile: Buffer, name: string): Buffer | null {
  const count = Math.min(profile.length > 132 ? profile.readUInt32BE(128) : 0, 100)
  for (let entry = 132; entry < 132 + count * 12 && entry + 12 <= profile.length; entry += 12) {
    if (profile.toString('latin1', entry, entry + 4) !== name) continue
    const offset = profile.readUInt32BE(entry + 4)
    return profile.subarray(offset, offset + profile.readUInt32BE(entry + 8))
  }
  return null
}

/** Whether a curve is that of sRGB, sampled at a few points: as a formula (`para`) or as a table (`curv`). */
function isSrgbCurve(content: Buffer | null): boolean {
  const curve = content && (readFormula(content) ?? readTable(content))
  return curve
    ? [0.02, 0.1, 0.25, 0.5, 0.75, 0.9].every((x) => Math.abs(curve(x) - srgbCurve(x)) < nearness)
    : false
}

type Curve = (x: number) => number

function readFormula(content: Buffer): Curve | null {
  const isKnown = content.toString('latin1', 0, 4) === 'para' && content.length >= 32
  if (!isKnown || content.readUInt16BE(8) !== 3) return null
  const [g = 0, a = 0, b = 0, c = 0, d = 0] = [0, 1, 2, 3, 4].map((index) => fixed(content, 12 + index * 4))
  return (x) => (x >= d ? (a * x + b) ** g : c * x)
}

function readTable(content: Buffer): Curve | null {
  if (content.toString('latin1', 0, 4) !== 'curv' || content.length < 12) return null
  const count = content.readUInt32BE(8)
  if (count < 256 || content.length < 12 + count * 2) return null
  return (x) => {
    const place = x * (count - 1)
    const at = (index: number): number => content.readUInt16BE(12 + Math.min(index, count - 1) * 2) / 65_535
    const below = Math.floor(place)
    return at(below) + (at(below + 1) - at(below)) * (place - below)
  }
}

function srgbCurve(x: number): number {
  return x >= 0.04045 ? ((x + 0.055) / 1.055) ** 2.4 : x / 12.92
}

function isNear(one: Primaries, other: Primaries): boolean {
  return one.flat().every((value, index) => Math.abs(value - (other.flat()[index] ?? Infinity)) < nearness)
}

/** The area of a color space in the chromaticity diagram. */
function areaOf(primaries: Primaries): number {
  const [a = [0, 0], b = [0, 0], c = [0, 0]] = primaries.map(([x, y, z]) => [
    x / (x + y + z),
    y / (x + y + z),
  ])
  const [[ax = 0, ay = 0], [bx = 0, by = 0], [cx = 0, cy = 0]] = [a, b, c]
  return Math.abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2
}

/** A fixed-point number with 16 bits before and 16 after the point. */
function fixed(content: Buffer, at: number): number {
  return at + 4 <= content.length ? content.readInt32BE(at) / 65_536 : 0
}
