import { createHmac, timingSafeEqual } from 'node:crypto'
import { Refusal } from './refusal.ts'

/** The keys of the account. */
export interface Keys {
  publicKey: string
  privateKey: string
}

interface Payload {
  iat?: unknown
  exp?: unknown
  [field: string]: unknown
}

/**
 * Checks the token of a version 2 upload: its signature, its time, that it contains the same fields as the form and
 * no others, and that it is used for the first time, even if that use failed.
 */
export function createTokens({
  publicKey,
  privateKey,
}: Keys): (token: string, fields: Record<string, string>) => void {
  const used = new Set<string>()
  return (token, fields) => {
    const [head = '', payload = '', signature = '', ...more] = token.split('.')
    const { alg, typ, kid } = decode(head) as { alg?: unknown; typ?: unknown; kid?: unknown }
    if (kid !== publicKey) throw new Refusal(403, 'Your account cannot be authenticated.')
    const expected = createHmac('sha256', privateKey).update(`${head}.${payload}`).digest()
    const given = Buffer.from(signature, 'base64url')
    const isGenuine = given.length === expected.length && timingSafeEqual(given, expected)
    if (alg !== 'HS256' || typ !== 'JWT' || more.length > 0 || !isGenuine)
      throw new Refusal(400, 'Your request contains an invalid token.')
    if (used.has(token))
      throw new Refusal(400, 'A request with this token was made before. Send a new token.')
    used.add(token)
    const { iat, exp, ...signed } = decode(payload)
    const now = Date.now() / 1000
    if (typeof iat !== 'number' || typeof exp !== 'number' || exp <= now)
      throw new Refusal(400, 'The token has expired.')
    if (exp - now > 3_600) throw new Refusal(400, 'The token must expire in less than one hour.')
    const names = new Set([...Object.keys(signed), ...Object.keys(fields)])
    for (const name of names)
      if (signed[name] !== fields[name])
        throw new Refusal(400, `The parameter ${name} is not as it is in the token.`)
  }
}

function decode(part: string): Payload {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as Payload
  } catch {
    throw new Refusal(400, 'Your request contains an invalid token.')
  }
}
