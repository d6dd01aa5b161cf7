import { createHmac, timingSafeEqual } from 'node:crypto'

/** How many seconds a code of an authenticator app is shown: all apps support this (RFC 6238). */
const periodSeconds = 30
const digits = 6
/** Phone clocks are off by seconds; codes of the previous and the next step are accepted as well. */
const toleratedSteps = 1
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/**
 * The step of a code, the latest first, or `null` if it is none of those around this time that are later than `after`.
 */
export function matchTotp(
  secret: Uint8Array,
  code: string,
  { at, after }: { at: Date; after: number },
): number | null {
  const now = Math.floor(at.getTime() / 1000 / periodSeconds)
  let found: number | null = null
  // All are compared, so the timing reveals nothing.
  for (let step = now - toleratedSteps; step <= now + toleratedSteps; step++)
    if (isEqual(totpAt(secret, step), code) && step > after) found = step
  return found
}

/** The code of a step. */
function totpAt(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const hash = createHmac('sha1', secret).update(counter).digest()
  const offset = (hash.at(-1) ?? 0) & 0x0f
  const number = hash.readUInt32BE(offset) & 0x7fffffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

/** The URL that authenticator apps read from a QR code. */
export function totpUri(secret: string, { issuer, account }: { issuer: string; account: string }): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`
  const query = `secret=${secret}&issuer=${encodeURIComponent(issuer)}`
  return `otpauth://totp/${label}?${query}&algorithm=SHA1&digits=${digits}&period=${periodSeconds}`
}

/** A secret formatted for typing. Its length is a multiple of five bytes, so it needs no padding. */
export function toBase32(bytes: Uint8Array): string {
  let [text, bits, value] = ['', 0, 0]
  for (const byte of bytes) {
    value = (value << 8) | byte
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet.charAt((value >> (bits - 5)) & 31)
    value &= 0xff
  }
  return text
}

function isEqual(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}
