import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'

type Files = Readonly<Record<string, string>>

/** The samples with descriptive names: which fixture each is. */
interface SampleTable {
  stills: Files
  tagged: Files
  moving: Files
  cutOff: Files
  spoiled: Files
  noImages: Files
  swellingBombs: Files
  tangledBombs: Files
  noVideos: Files
  isoBombs: Files
  webmBombs: Files
  hidingPlaces: Readonly<Record<string, Files>>
  /** Hiding places whose file a processor may refuse instead of cleaning it. */
  mayBeRefused: readonly string[]
}

/** A name and a file. */
export type NamedFile = readonly [name: string, file: Buffer]

/** The bytes of a file in `fixtures`; the README describes each. */
export function fixture(path: string): Buffer {
  return unpack(path, readFileSync(new URL(`../fixtures/${path}`, import.meta.url)))
}

/**
 * Unpacks Brotli. Counting numbers compress badly, so in a file `.d8.br` each byte is the difference from the one eight
 * places before.
 */
export function unpack(path: string, file: Buffer): Buffer {
  if (!path.endsWith('.br')) return file
  const bytes = brotliDecompressSync(file)
  const stride = Number(/\.d(\d+)\.br$/.exec(path)?.[1] ?? bytes.length)
  for (let at = stride; at < bytes.length; at++) bytes[at] = (bytes[at] ?? 0) + (bytes[at - stride] ?? 0)
  return bytes
}

/** Reads fixtures by their names. */
export function named(files: Files): readonly NamedFile[] {
  return Object.entries(files).map(([name, path]) => [name, fixture(path)])
}

export const sampleTable: SampleTable = JSON.parse(fixture('samples.json').toString()) as SampleTable
