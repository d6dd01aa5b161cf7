import type { Leaf } from './iso-cleaning.ts'

/** MPEG-4 sound, MPEG-2 sound in three profiles, MP3 by its two numbers, AC-3, E-AC-3: ISO 14496-1, 7.2.6.6. */
const kinds = new Set([0x40, 0x66, 0x67, 0x68, 0x69, 0x6b, 0xa5, 0xa6])
const aacKinds = new Set([0x40, 0x66, 0x67, 0x68])

interface Descriptor {
  tag: number
  content: Buffer
}

/** Rewrites an `esds` from the kind of sound and its configuration: bit rates, URLs and everything else are dropped. */
export function cleanElementaryStream(cleanConfig: (config: Buffer) => number | null): Leaf {
  return (content) => {
    const stream = descriptorAt(content, 4)
    if (stream?.tag !== 3 || stream.content.length < 3) return null
    const flags = stream.content[2] ?? 0
    const skipped =
      (flags & 0x80 ? 2 : 0) + (flags & 0x40 ? 1 + (stream.content[3] ?? 0) : 0) + (flags & 0x20 ? 2 : 0)
    const decoder = descriptorAt(stream.content, 3 + skipped)
    if (decoder?.tag !== 4 || decoder.content.length < 13) return null
    const kind = decoder.content[0] ?? 0
    if (!kinds.has(kind)) return null
    const described = descriptorAt(decoder.content, 13)
    const config =
      described?.tag === 5 && aacKinds.has(kind) ? Buffer.from(described.content) : Buffer.alloc(0)
    const length = config.length > 0 ? cleanConfig(config) : 0
    if (length === null) return null
    const parts = length > 0 ? [write(5, config.subarray(0, length))] : []
    const written = Buffer.concat([
      Buffer.alloc(4),
      write(
        3,
        Buffer.from([0, 0, 0]),
        write(4, Buffer.from([kind, 0x15]), Buffer.alloc(11), ...parts),
        write(6, Buffer.from([2])),
      ),
    ])
    if (written.length > content.length) return null
    content.fill(0)
    content.set(written)
    return written.length
  }
}

/** The length of a descriptor takes up to four bytes of seven bits. */
function descriptorAt(bytes: Buffer, offset: number): Descriptor | null {
  let length = 0
  for (let at = offset + 1; at < bytes.length && at <= offset + 4; at++) {
    const byte = bytes[at] ?? 0
    length = length * 128 + (byte & 0x7f)
    if (byte & 0x80) continue
    if (at + 1 + length > bytes.length) return null
    return { tag: bytes[offset] ?? 0, content: bytes.subarray(at + 1, at + 1 + length) }
  }
  return null
}

function write(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  const head = content.length < 128 ? [content.length] : [0x80 | (content.length >> 7), content.length & 0x7f]
  return Buffer.concat([Buffer.from([tag, ...head]), content])
}
