import { p3 } from './color-profile.ts'

/** The transfer function of sRGB and Display P3: the constants of IEC 61966-2-1 for `para` of kind 3. */
const curve = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045]
/** From D65, the white of screens, to D50, that of profiles, by Bradford. */
const adaptation = [1.04788, 0.02292, -0.05022, 0.02959, 0.99048, -0.01707, -0.00925, 0.01508, 0.75168]
const whiteD50 = [0.9642, 1, 0.8249]

/** A Display P3 profile without other information: ICC.1:2022, a display with three colors. */
export const displayP3: Buffer = writeProfile()

function writeProfile(): Buffer {
  const shared = para()
  const contents: readonly (readonly [names: readonly string[], content: Buffer])[] = [
    [['desc'], text('Display P3')],
    [['cprt'], text('CC0')],
    [['wtpt'], xyz(whiteD50)],
    [['chad'], Buffer.concat([head('sf32'), ...adaptation.map(fixed)])],
    ...p3.map((point, index) => [[`${'rgb'[index]}XYZ`], xyz(point)] as const),
    [['rTRC', 'gTRC', 'bTRC'], shared],
  ]
  const tags = contents.reduce((sum, [names]) => sum + names.length, 0)
  const table: Buffer[] = [word(tags)]
  const bodies: Buffer[] = []
  let offset = 132 + tags * 12
  for (const [names, content] of contents) {
    for (const name of names) table.push(Buffer.from(name, 'latin1'), word(offset), word(content.length))
    const padded = Buffer.concat([content, Buffer.alloc(-content.length & 3)])
    bodies.push(padded)
    offset += padded.length
  }
  return Buffer.concat([header(offset), ...table, ...bodies])
}

function header(size: number): Buffer {
  const bytes = Buffer.alloc(128)
  bytes.writeUInt32BE(size, 0)
  bytes.writeUInt32BE(0x04400000, 8)
  bytes.write('mntrRGB XYZ ', 12, 'latin1')
  // ICC.1, 4.2: any date is valid, and it is the same for every file.
  for (const [index, part] of [2026, 1, 1].entries()) bytes.writeUInt16BE(part, 24 + index * 2)
  bytes.write('acsp', 36, 'latin1')
  Buffer.concat(whiteD50.map(fixed)).copy(bytes, 68)
  return bytes
}

function head(type: string): Buffer {
  return Buffer.concat([Buffer.from(type, 'latin1'), word(0)])
}

function xyz(point: readonly number[]): Buffer {
  return Buffer.concat([head('XYZ '), ...point.map(fixed)])
}

function para(): Buffer {
  return Buffer.concat([head('para'), word(3 << 16), ...curve.map(fixed)])
}

function text(content: string): Buffer {
  const utf16 = Buffer.from(content, 'utf16le').swap16()
  const language = Buffer.from('enUS', 'latin1')
  return Buffer.concat([head('mluc'), word(1), word(12), language, word(utf16.length), word(28), utf16])
}

function fixed(value: number): Buffer {
  return word(Math.round(value * 65_536) >>> 0)
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}
