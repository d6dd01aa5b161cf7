/** Memory of a WebAssembly instance; the buffer is another one after it has grown. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer
  /** By so many pages of 64 KiB. @throws RangeError */
  grow(pages: number): number
}

/** Running code. */
export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>
}

interface Wasm {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => WasmInstance
  Memory: new (size: { initial: number }) => WasmMemory
}

/** The part of `WebAssembly` that is used. TypeScript has its types among those of browsers, which nothing else needs. */
export const wasm: Wasm = (globalThis as unknown as { WebAssembly: Wasm }).WebAssembly

/** Lets code have no more memory than `maxBytes`, whatever it asks for. */
export function limitMemory(memory: WasmMemory, maxBytes: number): void {
  const grow = memory.grow.bind(memory)
  // Code that was compiled by Emscripten asks for memory by this method, and takes an error for a no.
  memory.grow = (pages) => {
    if (memory.buffer.byteLength + pages * 65_536 > maxBytes) throw new RangeError('too much memory')
    return grow(pages)
  }
}
