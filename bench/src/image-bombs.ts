import { deflateSync } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'
import { readSwellingBombs, readTangledBombs } from '../../test/kit-samples.ts'
import { pngOf } from '../../test/png.ts'
import { png } from './png.ts'

/** A name and a file. */
export type Bomb = readonly [name: string, file: Buffer]

/** The files of the kit, and those of the attack reports that need an encoder or much memory to be created. */
export async function makeImageBombs(): Promise<Bomb[]> {
  const text = Buffer.concat([Buffer.from('a\0\0'), deflateSync(Buffer.alloc(50_000_000))])
  const picture = (): [[number, number, number], number][] => [[[200, 60, 60], 64]]
  const texts = (count: number): Buffer =>
    png(48, picture, Array<readonly ['zTXt', Buffer]>(count).fill(['zTXt', text]))
  const flat = (side: number): Sharp =>
    sharp({ create: { width: side, height: side, channels: 4, background: '#c84' } })
  return [
    ['PNG, 2 texts of 50 MB', texts(2)],
    ['PNG, 10 texts of 50 MB', texts(10)],
    ['PNG, 50,000,000 × 1', line(50_000_000)],
    [
      'PNG, 16 bits, interlaced, 5,700²',
      await flat(5_700).toColorspace('rgb16').png({ progressive: true }).toBuffer(),
    ],
    [
      'PNG, 16 bits, interlaced, 6,900²',
      await flat(6_900).toColorspace('rgb16').png({ progressive: true }).toBuffer(),
    ],
    ['AVIF, 7,071²', await flat(7_071).removeAlpha().avif({ effort: 0 }).toBuffer()],
    ['WebP, 7,071²', await flat(7_071).webp({ effort: 0 }).toBuffer()],
    [
      'JPEG, progressive, 7,071²',
      await flat(7_071).jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer(),
    ],
    ...readSwellingBombs(),
    ...readTangledBombs(),
  ]
}

function line(width: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(1, 4)
  header.set([8, 2], 8)
  return pngOf([
    ['IHDR', header],
    ['IDAT', deflateSync(Buffer.alloc(width * 3 + 1))],
  ])
}
