import { createHash, pbkdf2, scrypt, type ScryptOptions, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

/**
 * Checks hashes of another system. A match is immediately replaced by argon2id, so each hash matches once. The
 * verifiers of this package accept hashes that cost at most half a second on a slow machine and 128 MiB.
 */
export interface LegacyHash {
  /** Whether this is a hash of its format that can be checked, with parameters within bounds. */
  reads(stored: string): boolean
  verify(password: string, stored: string): Promise<boolean>
}

/**
 * bcrypt (`$2a$`, `$2b$`, `$2y$`, cost up to 12), with the `compare` of the library that the app already uses:
 * `legacyBcrypt(bcrypt.compare)`.
 */
export function legacyBcrypt(compare: (password: string, hash: string) => Promise<boolean>): LegacyHash {
  return {
    reads: (stored) => /^\$2[aby]\$(?:0[4-9]|1[0-2])\$[./A-Za-z0-9]{53}$/.test(stored),
    verify: compare,
  }
}

const scryptForm =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{1,172})\$([A-Za-z0-9+/]{16,86})$/
const deriveScrypt = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)
/** N times r times p: 128 MiB once, or less memory more often. */
const scryptWork = 2 ** 20

/** scrypt as `$scrypt$ln=14,r=8,p=1$<salt>$<hash>` in base64; N × r × p up to 2^20, at most 64 bytes. */
export function legacyScrypt(): LegacyHash {
  function read(stored: string): { ln: number; r: number; p: number; salt: Buffer; hash: Buffer } | null {
    const [, ...parts] = scryptForm.exec(stored) ?? []
    const [ln = 0, r = 0, p = 0] = parts.map(Number)
    const [salt = '', hash = ''] = parts.slice(3)
    // RFC 7914 requires N < 2^(16 r).
    const defined = ln >= 1 && p >= 1 && ln < 16 * r
    const readable = defined && 2 ** ln * r * p <= scryptWork && isWhole(salt) && isWhole(hash)
    return readable ? { ln, r, p, salt: fromBase64(salt), hash: fromBase64(hash) } : null
  }
  return {
    reads: (stored) => read(stored) !== null,
    async verify(password, stored) {
      const form = read(stored)
      if (!form) return false
      const { ln, r, p, salt, hash } = form
      const cost = 2 ** ln
      const maxmem = 256 * r * (cost + p) + 2 ** 20
      const derived = await deriveScrypt(password, salt, hash.length, { N: cost, r, p, maxmem })
      return timingSafeEqual(derived, hash)
    },
  }
}

const pbkdf2Form =
  /^\$pbkdf2-(sha1|sha256|sha512)\$i=(\d{1,7})\$([A-Za-z0-9+/]{1,172})\$([A-Za-z0-9+/]{16,86})$/
const derivePbkdf2 = promisify(pbkdf2)
/** Iterations, per derived block of this many bytes. */
const pbkdf2Bounds: Readonly<Record<string, { work: number; bytes: number }>> = Object.freeze({
  sha1: { work: 1_400_000, bytes: 20 },
  sha256: { work: 1_300_000, bytes: 32 },
  sha512: { work: 650_000, bytes: 64 },
})

/**
 * PBKDF2 as `$pbkdf2-sha256$i=600000$<salt>$<hash>` in base64 (also sha1, sha512); up to 1,300,000 iterations of
 * SHA-256, 1,400,000 of SHA-1 and 650,000 of SHA-512, less if more than one digest is derived; at most 64 bytes.
 */
export function legacyPbkdf2(): LegacyHash {
  function read(stored: string): { digest: string; iterations: number; salt: Buffer; hash: Buffer } | null {
    const [, digest = '', count, salt = '', hash = ''] = pbkdf2Form.exec(stored) ?? []
    const { work = 0, bytes = 1 } = pbkdf2Bounds[digest] ?? {}
    const iterations = Number(count)
    const pieces = Math.ceil(fromBase64(hash).length / bytes)
    const readable = iterations >= 1 && iterations * pieces <= work && isWhole(salt) && isWhole(hash)
    return readable ? { digest, iterations, salt: fromBase64(salt), hash: fromBase64(hash) } : null
  }
  return {
    reads: (stored) => read(stored) !== null,
    async verify(password, stored) {
      const form = read(stored)
      if (!form) return false
      const { digest, iterations, salt, hash } = form
      const derived = await derivePbkdf2(password, salt, iterations, hash.length, digest)
      return timingSafeEqual(derived, hash)
    },
  }
}

const bareDigests: Readonly<Record<number, string>> = { 32: 'md5', 40: 'sha1', 64: 'sha256', 128: 'sha512' }
const saltedForm = /^\$(md5|sha1|sha256|sha512)\$(salt-first|salt-last)\$([\w+/]{0,172})\$([0-9a-f]{32,128})$/

/**
 * A plain digest in lower-case hex (MD5, SHA-1, SHA-256 or SHA-512, recognized by its length), or a salted one as
 * `$sha256$salt-first$<salt in base64>$<hex>`; `salt-last` if the salt follows the password.
 */
export function legacyDigest(): LegacyHash {
  function read(stored: string): { digest: string; hex: string; text: (password: string) => Buffer } | null {
    const bare = /^[0-9a-f]+$/.test(stored) ? bareDigests[stored.length] : undefined
    if (bare) return { digest: bare, hex: stored, text: (password) => Buffer.from(password) }
    const [, digest = '', order = '', salt = '', hex = ''] = saltedForm.exec(stored) ?? []
    if (bareDigests[hex.length] !== digest) return null
    const before = order === 'salt-first' ? fromBase64(salt) : Buffer.alloc(0)
    const after = order === 'salt-last' ? fromBase64(salt) : Buffer.alloc(0)
    return { digest, hex, text: (password) => Buffer.concat([before, Buffer.from(password), after]) }
  }
  return {
    reads: (stored) => read(stored) !== null,
    async verify(password, stored) {
      const form = read(stored)
      if (!form) return false
      const digest = createHash(form.digest).update(form.text(password)).digest()
      return timingSafeEqual(digest, Buffer.from(form.hex, 'hex'))
    },
  }
}

function fromBase64(text: string): Buffer {
  return Buffer.from(text, 'base64')
}

// A single remaining character is half a byte of nothing.
function isWhole(text: string): boolean {
  return text.length % 4 !== 1
}
