/** The content of a `dOps`: OpusHead without its magic, RFC 7845 in ISO byte order. */
export function cleanOpusMapping(content: Buffer): number | null {
  const length = mappingLength(content, 0)
  // The rate of the input: for information only.
  if (length !== null) content.writeUInt32BE(48_000, 4)
  return length
}

/** OpusHead, as WebM has it. */
export function cleanOpusHead(content: Buffer): number | null {
  if (content.toString('latin1', 0, 8) !== 'OpusHead') return null
  const length = mappingLength(content.subarray(8), 1)
  if (length === null) return null
  content.writeUInt32LE(48_000, 12)
  return length + 8
}

/** RFC 7845, 5.1.1: mono and stereo, and up to eight channels of a surround. */
const maxChannels = [2, 8]

/** Version, channels, pre-skip, rate, gain, and for more than stereo the channel mapping. */
function mappingLength(content: Buffer, version: number): number | null {
  if (content.length < 11 || content[0] !== version) return null
  const channels = content[1] ?? 0
  const length = content[10] === 0 ? 11 : 13 + channels
  if (length > content.length || channels > (maxChannels[content[10] ?? 0] ?? 0)) return null
  const streams = content.subarray(11, length)
  return streams.every((stream) => stream <= channels || stream === 255) ? length : null
}

/**
 * Keeps the first of the FLAC blocks, which describes the coding, without the frame sizes and the hash of the sound,
 * both of which may be unknown; drops comments and pictures. RFC 9639, 8.
 */
export function cleanFlacBlocks(content: Buffer): number | null {
  if (content.length < 38 || ((content[0] ?? 0) & 0x7f) !== 0 || content.readUIntBE(1, 3) !== 34) return null
  content[0] = 0x80
  content.fill(0, 8, 14)
  content.fill(0, 22, 38)
  return 38
}

/** FLAC in WebM has its magic before its blocks. */
export function cleanFlacHead(content: Buffer): number | null {
  if (content.toString('latin1', 0, 4) !== 'fLaC') return null
  const length = cleanFlacBlocks(content.subarray(4))
  return length === null ? null : length + 4
}

/** Vorbis has three headers, the second of them for comments: it becomes an empty one. Vorbis I, 5. */
export function cleanVorbisHeaders(content: Buffer): number | null {
  if (content[0] !== 2) return null
  const lengths: number[] = []
  let at = 1
  for (let index = 0; index < 2; index++) {
    let length = 0
    let byte: number
    do {
      byte = content[at++] ?? 0
      length += byte
    } while (byte === 255)
    lengths.push(length)
  }
  const [first = 0, second = 0] = lengths
  const comments = content.subarray(at + first, at + first + second)
  if (
    first !== 30 ||
    second < 16 ||
    comments.length < second ||
    comments.toString('latin1', 1, 7) !== 'vorbis'
  )
    return null
  // Three bit rates, which are hints.
  content.fill(0, at + 16, at + 28)
  // The encoder name fills the space, with zeros.
  comments.fill(0, 7)
  comments.writeUInt32LE(second - 16, 7)
  comments[second - 1] = 1
  return content.length
}

/** The numbers of a `ddts` (ETSI TS 102 114, E.2.2.3): bit rates and reserved bits are dropped. */
export function cleanDtsNumbers(content: Buffer): void {
  if (content.readUInt32BE(0) > 768_000) content.writeUInt32BE(0, 0)
  content.fill(0, 4, 12)
  if (content[12] !== 24) content[12] = 16
  content[19] = (content[19] ?? 0) & 0xc0
}
