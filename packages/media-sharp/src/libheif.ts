import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Picture } from './png.ts'
import { limitMemory, wasm, type WasmInstance, type WasmMemory } from './web-assembly.ts'

/** Where the parts of libheif-js are. */
export interface LibheifFiles {
  script: string
  binary: string
}

/**
 * The functions of libheif's C interface that are used, compiled for 32 bits: numbers are addresses, and what C returns as
 * a structure is written to the first of them.
 */
interface Libheif {
  _malloc(size: number): number
  _heif_context_alloc(): number
  _heif_context_read_from_memory_without_copy(...addresses: [...Call, size: number, options: 0]): void
  _heif_context_get_primary_image_handle(...addresses: Call): void
  _heif_image_handle_has_alpha_channel(handle: number): number
  _heif_image_handle_get_raw_color_profile_size(handle: number): number
  _heif_image_handle_get_raw_color_profile(error: number, handle: number, target: number): void
  _heif_decoding_options_alloc(): number
  _heif_decode_image(...addresses: [...Call, colours: number, layout: number, options: number]): void
  _heif_image_get_width(image: number, channel: number): number
  _heif_image_get_height(image: number, channel: number): number
  _heif_image_get_plane_readonly2(image: number, channel: number, stride: number): number
}

type Call = [error: number, subject: number, other: number]

interface LibheifOptions {
  print(): void
  printErr(): void
  instantiateWasm(imports: object, done: (instance: WasmInstance) => object): object
}

/** From `heif_colorspace`, `heif_chroma` and `heif_channel`. */
const rgb = 1
const layouts = { 3: 10, 4: 11 } as const
const interleaved = 10

/** From `heif_decoding_options`: fields of one byte. */
const convertToEightBits = 20
const strict = 21

/** A copy of libheif with memory of its own, for one picture: nothing is given back, since all of it goes together. */
export interface HeicDecoder {
  /** Decodes the main picture, turned upright. Throws where a part of it is missing. */
  decode(bytes: Uint8Array): Picture
}

/** Opens libheif. Whatever a file makes it want, it gets no more memory than `maxBytes`. */
export function openLibheif(files: LibheifFiles, maxBytes: number): HeicDecoder {
  const { libheif, memory } = start(files, maxBytes)
  const bytesAt = (address: number, length: number): Uint8Array =>
    new Uint8Array(memory.buffer, address, length)
  const wordAt = (address: number): number => new DataView(memory.buffer).getUint32(address, true)
  const result = libheif._malloc(32)
  const [error, target] = [result, result + 16]

  function demandSuccess(): void {
    if (wordAt(error) === 0) return
    const [message = ''] = Buffer.from(bytesAt(wordAt(error + 8), 200))
      .toString('latin1')
      .split('\0')
    throw new Error(message)
  }

  function allocate(size: number): number {
    const address = libheif._malloc(size)
    if (address === 0) throw new Error('The file needs more memory than it may have.')
    return address
  }

  function profileOf(handle: number): Uint8Array | null {
    const size = libheif._heif_image_handle_get_raw_color_profile_size(handle)
    if (size === 0) return null
    const address = allocate(size)
    libheif._heif_image_handle_get_raw_color_profile(error, handle, address)
    demandSuccess()
    return Uint8Array.from(bytesAt(address, size))
  }

  return {
    decode(bytes) {
      const file = allocate(bytes.length)
      bytesAt(file, bytes.length).set(bytes)
      const context = libheif._heif_context_alloc()
      libheif._heif_context_read_from_memory_without_copy(error, context, file, bytes.length, 0)
      demandSuccess()
      libheif._heif_context_get_primary_image_handle(error, context, target)
      demandSuccess()
      const handle = wordAt(target)
      const profile = profileOf(handle)
      const channels = libheif._heif_image_handle_has_alpha_channel(handle) ? 4 : 3
      const options = libheif._heif_decoding_options_alloc()
      bytesAt(options + convertToEightBits, 1).fill(1)
      bytesAt(options + strict, 1).fill(1)
      libheif._heif_decode_image(error, handle, target, rgb, layouts[channels], options)
      demandSuccess()
      const image = wordAt(target)
      const plane = libheif._heif_image_get_plane_readonly2(image, interleaved, target)
      const stride = wordAt(target)
      const width = libheif._heif_image_get_width(image, interleaved)
      const height = libheif._heif_image_get_height(image, interleaved)
      return { width, height, channels, pixels: bytesAt(plane, stride * height), stride, profile }
    },
  }
}

function start({ script, binary }: LibheifFiles, maxBytes: number): { libheif: Libheif; memory: WasmMemory } {
  const module = new wasm.Module(readFileSync(binary))
  let memory: WasmMemory | undefined
  const open = createRequire(script)(script) as (options: LibheifOptions) => Libheif
  const libheif = open({
    print: () => {},
    printErr: () => {},
    instantiateWasm(imports, done) {
      const instance = new wasm.Instance(module, imports)
      memory = Object.values(instance.exports).find((value) => value instanceof wasm.Memory)
      return done(instance)
    },
  })
  if (!memory) throw new TypeError('libheif-js is built in a way that is not known here')
  limitMemory(memory, maxBytes)
  return { libheif, memory }
}
