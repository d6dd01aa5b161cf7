import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Random } from './id.ts'
import { deriveKey, type KeyPurpose } from './sessions/derive-key.ts'

/** Encrypts values before they are stored, so that anyone who reads the storage learns nothing. */
export interface Seal {
  /**
   * Encrypts a string. `about` is not stored and must be the same on opening: what is sealed for one row cannot be
   * opened in another.
   */
  close(text: string, about: string): string
  /** The string, or `null` if it was changed, has another `about`, or was sealed with a secret that is gone. */
  open(sealed: string, about: string): string | null
}

const algorithm = 'aes-256-gcm'
const [nonceBytes, tagBytes] = [12, 16]

/** Creates the seal for one purpose: the first secret encrypts, all decrypt. */
export function createSeal(
  { secrets, random }: { secrets: readonly string[]; random: Random },
  purpose: KeyPurpose,
): Seal {
  const keys = secrets.map((secret) => deriveKey(secret, purpose))
  const [closing] = keys

  return {
    close(text, about) {
      if (!closing) throw new TypeError('there is no secret to seal with')
      const nonce = random(nonceBytes)
      const cipher = createCipheriv(algorithm, closing.key, nonce).setAAD(Buffer.from(about))
      const sealed = [cipher.update(Buffer.from(text)), cipher.final(), cipher.getAuthTag()]
      const body = Buffer.concat([nonce, ...sealed])
      return `${closing.kid}.${body.toString('base64url')}`
    },
    open(sealed, about) {
      const opening = keys.find(({ kid }) => sealed.startsWith(`${kid}.`))
      if (!opening) return null
      const bytes = Buffer.from(sealed.slice(opening.kid.length + 1), 'base64url')
      try {
        const nonce = bytes.subarray(0, nonceBytes)
        // Otherwise a truncated tag would be easier to guess.
        const decipher = createDecipheriv(algorithm, opening.key, nonce, { authTagLength: tagBytes })
        decipher.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(-tagBytes))
        const text = decipher.update(bytes.subarray(nonceBytes, -tagBytes))
        return Buffer.concat([text, decipher.final()]).toString()
      } catch {
        return null
      }
    },
  }
}
