import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'

type Files = Readonly<Record<string, string>>

/** The samples that have a name in words: which fixture each is. */
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
  /** Those of the hiding places whose file a processor may refuse rather than clean it. */
  mayBeRefused: readonly string[]
}

/** A name and a file. */
export type NamedFile = readonly [name: string, file: Buffer]

/** The bytes of a file of `fixtures`, whose README says what each of them is. */
export function fixture(path: string): Buffer {
  return unpack(path, readFileSync(new URL(`../fixtures/${path}`, import.meta.url)))
}

/**
 * Unpacks what is compressed by Brotli. Numbers that count pack badly, so in a file `.d8.br` each byte is the difference
 * from the one eight places in front.
 */
export function unpack(path: string, file: Buffer): Buffer {
  if (!path.endsWith('.br')) return file
  const bytes = brotliDecompressSync(file)
  const stride = Number(/\.d(\d+)\.br$/.exec(path)?.[1] ?? bytes.length)
  for (let at = stride; at < bytes.length; at++) bytes[at] = (bytes[at] ?? 0) + (bytes[at - stride] ?? 0)
  return bytes
}

/** Reads fixtures that have a name. */
export function named(files: Files): readonly NamedFile[] {
  return Object.entries(files).map(([name, path]) => [name, fixture(path)])
}

export const sampleTable: SampleTable = JSON.parse(fixture('samples.json').toString()) as SampleTable
