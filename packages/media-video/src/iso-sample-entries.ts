import { type Budget, demand, unreadable } from './budget.ts'
import { cleanAacConfig } from './aac-config.ts'
import { cleanAv1Config } from './av1-units.ts'
import { cleanAvcConfig, cleanHevcConfig } from './nal-config.ts'
import { type Box, boxAt, maxHeaderBytes } from './iso-boxes.ts'
import { type Schema, cleanBoxes } from './iso-cleaning.ts'
import { areSmall, cleanNumbers, fixed, maxSmall } from './iso-fields.ts'
import { isDisplay, isLight } from './light.ts'
import { cleanElementaryStream } from './iso-elementary-stream.ts'
import { cleanDtsNumbers, cleanFlacBlocks, cleanOpusMapping } from './sound-configs.ts'

/** Three numbers describe the colors; a display profile can contain a serial number. */
function cleanColor(content: Buffer): number | null {
  const kind = content.toString('latin1', 0, 4)
  if (kind === 'nclx' && content.length >= 11) {
    content[10] = (content[10] ?? 0) & 0x80
    return areCodes(content) ? 11 : null
  }
  return kind === 'nclc' && content.length >= 10 && areCodes(content) ? 10 : null
}

/** All codes of ITU-T H.273 are below 256. */
function areCodes(content: Buffer): boolean {
  return [4, 6, 8].every((at) => content.readUInt16BE(at) < 256)
}

/** Numbers that are not text, or nothing. */
function numbers(length: number, mayBe: (content: Buffer) => boolean = areSmall) {
  return (content: Buffer): number | null =>
    content.length >= length && mayBe(content.subarray(0, length)) ? length : null
}

const pictureParts: Schema = {
  colr: cleanColor,
  pasp: numbers(8, (content) => areSmall(content) && content.readUInt32BE(0) <= 65_535),
  clap: numbers(32),
  fiel: numbers(2, ([fields = 0, order = 0]) => fields <= 2 && order <= 14),
  mdcv: numbers(24, (content) => isDisplay(content)),
  clli: numbers(4, isLight),
}

const vpConfig = fixed(12, (content) => {
  content.fill(0, 1, 4)
  content.fill(0, 10, 12)
})

/** The configuration that a decoder of each kind of picture needs. */
const pictures: Readonly<Record<string, Schema>> = {
  ...Object.fromEntries(['avc1', 'avc3'].map((type) => [type, { ...pictureParts, avcC: cleanAvcConfig }])),
  ...Object.fromEntries(['hvc1', 'hev1'].map((type) => [type, { ...pictureParts, hvcC: cleanHevcConfig }])),
  vp08: { ...pictureParts, vpcC: vpConfig },
  vp09: { ...pictureParts, vpcC: vpConfig },
  av01: { ...pictureParts, av1C: cleanAv1Config },
  ...Object.fromEntries(['apco', 'apcs', 'apcn', 'apch', 'ap4h', 'ap4x'].map((type) => [type, pictureParts])),
}

/** One stream, with its channel location if others depend on it: ETSI TS 102 366, F.6. */
function cleanEnhancedAc3(content: Buffer): number | null {
  if (content.length < 5) return null
  content[1] = (content[1] ?? 0) & 0xf8
  const dependents = ((content[4] ?? 0) >> 1) & 0x0f
  return dependents > 0 ? 6 : 5
}

const endian = fixed(2)
const elementaryStream = cleanElementaryStream(cleanAacConfig)

/** QuickTime has the configuration of sound decoders in a separate box. */
const wave: Schema = {
  frma: fixed(4, (content) => content.write('mp4a', 'latin1')),
  mp4a: fixed(4, (content) => content.fill(0)),
  esds: elementaryStream,
  enda: endian,
  '\0\0\0\0': fixed(0),
}
const plainSound: Schema = {
  enda: endian,
  pcmC: fixed(6, (content) => content.fill(0, 0, 4)),
  wave: { within: { enda: endian, '\0\0\0\0': fixed(0) } },
}

const sounds: Readonly<Record<string, Schema>> = {
  mp4a: { esds: elementaryStream, wave: { within: wave } },
  Opus: { dOps: cleanOpusMapping },
  fLaC: {
    dfLa: (content) => {
      const length = content.length >= 4 ? cleanFlacBlocks(content.subarray(4)) : null
      content.fill(0, 0, Math.min(4, content.length))
      return length === null ? null : length + 4
    },
  },
  'ac-3': { dac3: fixed(3) },
  'ec-3': { dec3: cleanEnhancedAc3 },
  ...Object.fromEntries(
    ['dtsc', 'dtsh', 'dtsl', 'dtse'].map((type) => [type, { ddts: fixed(20, cleanDtsNumbers) }]),
  ),
  ...Object.fromEntries(
    ['twos', 'sowt', 'raw ', 'in24', 'in32', 'fl32', 'fl64', 'lpcm', 'ipcm', 'fpcm', 'ulaw', 'alaw'].map(
      (type) => [type, plainSound],
    ),
  ),
}

/** The accepted kinds of picture and sound, by the type of their description. */
export const pictureTypes: ReadonlySet<string> = new Set(Object.keys(pictures))
export const soundTypes: ReadonlySet<string> = new Set(Object.keys(sounds))

/** A description of each coding that the samples of a track use. */
export function cleanDescriptions(content: Buffer, budget: Budget): number {
  demand(content.length >= 8 && (content[0] ?? 2) <= 1)
  content.fill(0, 1, 4)
  const count = content.readUInt32BE(4)
  demand(count > 0 && count <= maxDescriptions)
  let end = 8
  for (let index = 0; index < count; index++) {
    const head = content.subarray(end, end + maxHeaderBytes)
    const entry = boxAt(head, { start: end, end: content.length })
    cleanEntry(content, entry, budget)
    end = entry.end
  }
  return end
}

/** A track uses one coding, or a few if it was edited. */
const maxDescriptions = 16

function cleanEntry(bytes: Buffer, { type, content, end }: Box, budget: Budget): void {
  const entry = bytes.subarray(content, end)
  const [picture, sound] = [pictures[type], sounds[type]]
  if (picture) {
    cleanPictureFields(entry)
    cleanBoxes({ bytes, start: content + 78, end }, picture, budget)
  } else if (sound) {
    // The version of the table distinguishes QuickTime's longer fields from those of ISO.
    const start = content + cleanSoundFields(entry, bytes[0] === 0)
    demand(start <= end)
    cleanBoxes({ bytes, start, end }, sound, budget)
  } else entry.fill(0)
}

function cleanPictureFields(entry: Buffer): void {
  if (entry.length < 78) throw unreadable()
  entry.fill(0, 0, 6)
  entry.fill(0, 8, 24)
  // 72 dots per inch, as in the standard for every picture.
  for (const at of [28, 32]) entry.writeUInt32BE(0x480000, at)
  entry.fill(0, 36, 40)
  entry.writeUInt16BE(1, 40)
  entry.fill(0, 42, 74)
  if (entry.readUInt16BE(74) > 64) entry.writeUInt16BE(24, 74)
  entry.writeInt16BE(-1, 76)
}

/** Returns their length. */
function cleanSoundFields(entry: Buffer, isQuickTime: boolean): number {
  demand(entry.length >= 28)
  const version = entry.readUInt16BE(8)
  entry.fill(0, 0, 6)
  entry.fill(0, 10, 16)
  const isVariable = entry.readInt16BE(20) === -2
  entry.fill(0, 20, 24)
  if (isVariable) entry.writeInt16BE(-2, 20)
  entry.writeUInt16BE(0, 26)
  if (!isQuickTime || version === 0) return 28
  demand(version <= 2 && entry.length >= (version === 1 ? 44 : 64))
  if (version === 1) {
    cleanNumbers(entry, { at: 28, count: 4, limit: 65_535 })
    return 44
  }
  const rate = entry.readDoubleBE(32)
  demand(rate > 0 && rate < 10_000_000)
  // As text it would not be an integer.
  entry.writeDoubleBE(Math.round(rate), 32)
  entry.writeUInt32BE(72, 28)
  entry.writeUInt32BE(0x7f000000, 44)
  cleanNumbers(entry, { at: 40, count: 1, limit: 255 })
  cleanNumbers(entry, { at: 48, count: 4, limit: maxSmall })
  return 64
}
