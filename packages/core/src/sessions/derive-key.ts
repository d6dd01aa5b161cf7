import { createHash, hkdfSync } from 'node:crypto'

/** What a key is for: no two purposes share one. */
export type KeyPurpose = 'access-token' | 'refresh-token' | 'device-token' | 'device-account' | 'counters'

/** A symmetric key for one purpose, with the id that tokens name it by. */
export interface DerivedKey {
  kid: string
  key: Uint8Array
}

/** Derives the key of one purpose, so that a token of one kind can never pass for another. */
export function deriveKey(secret: string, purpose: KeyPurpose): DerivedKey {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', `kith/${purpose}`, 32))
  return { kid: createHash('sha256').update(key).digest('base64url').slice(0, 12), key }
}
