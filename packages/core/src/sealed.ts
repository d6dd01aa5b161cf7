import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Random } from './id.ts'
import { deriveKey, type KeyPurpose } from './sessions/derive-key.ts'

/** Keeps texts secret where they are stored, so that anyone who reads the storage learns nothing by it. */
export interface Seal {
  /** Encrypts a text. `about` is not stored and has to be the same when it is opened: what is sealed for one row opens in no other. */
  close(text: string, about: string): string
  /** The text, or `null` where it was changed, is about something else, or was sealed by a secret that is gone. */
  open(sealed: string, about: string): string | null
}

const algorithm = 'aes-256-gcm'
const [nonceBytes, tagBytes] = [12, 16]

/** Creates the seal of one purpose: the first secret closes, all open. */
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
      const body = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `${closing.kid}.${body.toString('base64url')}`
    },
    open(sealed, about) {
      const [kid = '', body = ''] = sealed.split('.')
      const key = keys.find((each) => each.kid === kid)
      const bytes = Buffer.from(body, 'base64url')
      if (!key) return null
      try {
        const nonce = bytes.subarray(0, nonceBytes)
        // Else a tag that was cut short would be easier to guess.
        const decipher = createDecipheriv(algorithm, key.key, nonce, { authTagLength: tagBytes })
        decipher.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(-tagBytes))
        const text = decipher.update(bytes.subarray(nonceBytes, -tagBytes))
        return Buffer.concat([text, decipher.final()]).toString('utf8')
      } catch {
        return null
      }
    },
  }
}
