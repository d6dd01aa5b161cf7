import { createHash, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { CryptoKey } from 'jose'

/** The purposes of keys: no two purposes share one. */
export type KeyPurpose =
  | 'access-token'
  | 'refresh-token'
  | 'device-token'
  | 'device-account'
  | 'counters'
  | 'codes'
  | 'recovery-codes'
  | 'code-data'
  | 'messages'
  | 'credentials'
  | 'device-challenges'
  | 'challenges'

/** A symmetric key for one purpose, with the key id in its tokens. */
export interface DerivedKey {
  kid: string
  /** Imported: an HMAC from raw bytes takes up to ten times as long. */
  key: KeyObject
}

/** Derives the key of one purpose, so that a token of one kind can never pass for another. */
export function deriveKey(secret: string, purpose: KeyPurpose): DerivedKey {
  const key = Buffer.from(hkdfSync('sha256', secret, '', `kith/${purpose}`, 32))
  return {
    kid: createHash('sha256').update(key).digest('base64url').slice(0, 12),
    key: createSecretKey(key),
  }
}

/** The key in the form that jose uses for HS256 without importing it for each call. */
export function toJwtKey({ key }: DerivedKey): CryptoKey {
  return key.toCryptoKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
}
