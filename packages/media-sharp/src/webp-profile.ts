const headBytes = 12
/** In the flags of VP8X. */
const hasProfile = 0x20

/** Replaces the profile of a WebP, or removes it: `null`. One without a profile stays as it is. */
export function replaceProfile(webp: Buffer, profile: Buffer | null): Buffer {
  const parts: Buffer[] = []
  let isChanged = false
  for (let offset = headBytes; offset + 8 <= webp.length;) {
    const name = webp.toString('latin1', offset, offset + 4)
    const size = webp.readUInt32LE(offset + 4)
    const end = offset + 8 + size + (size % 2)
    if (name === 'ICCP') {
      isChanged = true
      if (profile) parts.push(chunk(profile))
    } else parts.push(webp.subarray(offset, end))
    offset = end
  }
  if (!isChanged) return webp
  const whole = Buffer.concat([webp.subarray(0, headBytes), ...parts])
  whole.writeUInt32LE(whole.length - 8, 4)
  // VP8X comes first if there is a profile.
  if (!profile) whole[headBytes + 8] = (whole[headBytes + 8] ?? 0) & ~hasProfile
  return whole
}

function chunk(profile: Buffer): Buffer {
  const head = Buffer.from('ICCP\0\0\0\0', 'latin1')
  head.writeUInt32LE(profile.length, 4)
  return Buffer.concat([head, profile, Buffer.alloc(profile.length % 2)])
}
