import { createHash, pbkdf2, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

/** Checks hashes of another system. A match is replaced by argon2id at once, so each hash is read this way one time. */
export interface LegacyHash {
  /** Whether this is a hash of its form, with parameters within bounds. */
  reads(stored: string): boolean
  verify(password: string, stored: string): Promise<boolean>
}

/**
 * bcrypt (`$2a$`, `$2b$`, `$2y$`, cost up to 14), by the `compare` of the library that the app already has:
 * `legacyBcrypt(bcrypt.compare)`.
 */
export function legacyBcrypt(compare: (password: string, hash: string) => Promise<boolean>): LegacyHash {
  return {
    reads: (stored) => /^\$2[aby]\$(?:0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}$/.test(stored),
    verify: (password, stored) => compare(password, stored),
  }
}

const scryptForm = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/]{1,172})\$([\w+/]{16,172})$/

/** scrypt as `$scrypt$ln=14,r=8,p=1$<salt>$<hash>` in base64; up to N = 2^17, r = 16, p = 10. */
export function legacyScrypt(): LegacyHash {
  function read(stored: string): { ln: number; r: number; p: number; salt: Buffer; hash: Buffer } | null {
    const [, ln = '', r = '', p = '', salt = '', hash = ''] = scryptForm.exec(stored) ?? []
    const bounded =
      Number(ln) >= 1 &&
      Number(ln) <= 17 &&
      Number(r) >= 1 &&
      Number(r) <= 16 &&
      Number(p) >= 1 &&
      Number(p) <= 10
    return bounded
      ? { ln: Number(ln), r: Number(r), p: Number(p), salt: fromBase64(salt), hash: fromBase64(hash) }
      : null
  }
  return {
    reads: (stored) => read(stored) !== null,
    async verify(password, stored) {
      const form = read(stored)
      if (!form) return false
      const { ln, r, p, salt, hash } = form
      const cost = 2 ** ln
      return await new Promise((resolve, reject) => {
        scrypt(password, salt, hash.length, { N: cost, r, p, maxmem: 256 * cost * r }, (error, derived) => {
          if (error) reject(error)
          else resolve(timingSafeEqual(derived, hash))
        })
      })
    },
  }
}

const pbkdf2Form = /^\$pbkdf2-(sha1|sha256|sha512)\$i=(\d{1,7})\$([\w+/]{1,172})\$([\w+/]{16,172})$/
const derivePbkdf2 = promisify(pbkdf2)

/** PBKDF2 as `$pbkdf2-sha256$i=600000$<salt>$<hash>` in base64 (also sha1, sha512); up to 2,000,000 iterations. */
export function legacyPbkdf2(): LegacyHash {
  function iterationsOf(stored: string): number {
    return Number(pbkdf2Form.exec(stored)?.[2] ?? 0)
  }
  return {
    reads: (stored) => iterationsOf(stored) >= 1 && iterationsOf(stored) <= 2_000_000,
    async verify(password, stored) {
      const [, digest = '', iterations = '', salt = '', hash = ''] = pbkdf2Form.exec(stored) ?? []
      const expected = fromBase64(hash)
      const derived = await derivePbkdf2(
        password,
        fromBase64(salt),
        Number(iterations),
        expected.length,
        digest,
      )
      return timingSafeEqual(derived, expected)
    },
  }
}

const bareDigests: Readonly<Record<number, string>> = { 32: 'md5', 40: 'sha1', 64: 'sha256', 128: 'sha512' }
const saltedForm = /^\$(md5|sha1|sha256|sha512)\$(salt-first|salt-last)\$([\w+/]{0,172})\$([0-9a-f]{32,128})$/

/**
 * A plain digest in lower-case hex (MD5, SHA-1, SHA-256 or SHA-512, told by its length), or a salted one as
 * `$sha256$salt-first$<salt in base64>$<hex>`; `salt-last` where the salt follows the password.
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
