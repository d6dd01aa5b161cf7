import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type { HeicFile } from '@kith/core/adapter'
import { writeTiff } from './tiff.ts'

/** The part of libheif-js that is used. */
interface Libheif {
  HeifDecoder: new () => { decode(bytes: Uint8Array): HeifImage[] }
}

interface HeifImage {
  is_primary(): boolean
  has_alpha_channel(): boolean
  get_width(): number
  get_height(): number
  /** Writes red, green, blue and alpha, upright; `null` for a picture that cannot be decoded. */
  display(target: Rgba, done: (shown: Rgba | null) => void): void
}

interface Rgba {
  width: number
  height: number
  data: Uint8Array
}

const { bytes, profile } = workerData as HeicFile
const require = createRequire(import.meta.url)
const { HeifDecoder } = require('libheif-js/wasm-bundle') as Libheif
const image = new HeifDecoder().decode(bytes).find((each) => each.is_primary())
if (!image) throw new Error('libheif finds no picture')
const [width, height] = [image.get_width(), image.get_height()]
const tiff = writeTiff({ width, height, isOpaque: !image.has_alpha_channel(), profile })
image.display({ width, height, data: tiff.rgba }, (shown) => {
  if (!shown) throw new Error('libheif cannot decode the picture')
  const file = tiff.finish()
  parentPort?.postMessage(file, [file.buffer])
})
