/** A box of ISO 14496-12, which QuickTime calls an atom. */
export function box(type: string, ...contents: readonly Uint8Array[]): Buffer {
  const length = contents.reduce((sum, { byteLength }) => sum + byteLength, 8)
  return Buffer.concat([u32(length), text(type), ...contents])
}

/** A box that begins with version and flags. */
export function full(
  type: string,
  fields: readonly Uint8Array[],
  { flags = 0 }: { flags?: number } = {},
): Buffer {
  return box(type, u32(flags), ...fields)
}

/** An element of EBML, its size in four bytes. */
export function element(id: number, content: Uint8Array | readonly Uint8Array[]): Buffer {
  const bytes = content instanceof Uint8Array ? content : Buffer.concat(content)
  return Buffer.concat([Buffer.from(id.toString(16), 'hex'), u32(0x1000_0000 + bytes.length), bytes])
}

/** A number of four bytes. */
export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Text, a byte for each letter. */
export function text(value: string): Buffer {
  return Buffer.from(value, 'latin1')
}

/** Filler bytes. */
export function zeros(length: number): Buffer {
  return Buffer.alloc(length)
}
