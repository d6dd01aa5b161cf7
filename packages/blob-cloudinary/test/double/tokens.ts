import { createHmac } from 'node:crypto'

// https://cloudinary.com/documentation/control_access_to_media#token_based_access_premium_feature

/** Whether a token is for this path, and not expired. */
export function isToken(token: string, path: string, tokenKey: string): boolean {
  const parts = token.split('~')
  const hmac = parts.pop() ?? ''
  const exp = Number(/^exp=(\d+)$/.exec(parts.find((part) => part.startsWith('exp=')) ?? '')?.[1])
  const escaped = path.replace(
    /[ "#%&'/:;<=>?@[\]^`{|}~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
  const signed = [...parts, `url=${escaped}`].join('~')
  const expected = createHmac('sha256', Buffer.from(tokenKey, 'hex')).update(signed).digest('hex')
  return hmac === `hmac=${expected}` && exp > Date.now() / 1000
}
