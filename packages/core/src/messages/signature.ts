import { createHmac, timingSafeEqual } from 'node:crypto'

/** What comes with a signed request. */
export interface SignedRequest {
  /** Its headers, as Node or `fetch` have them. */
  headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>
  /** Its body as it came, before it was parsed. */
  body: string | Uint8Array
}

/** How a signature is checked. */
export interface VerifySignatureOptions {
  /** What the sender signs with. Several while a new one takes over. */
  secret: string | readonly string[]
  /** @default 300 @reason Clocks of servers differ by seconds; what is older may have been recorded by somebody. */
  toleranceSeconds?: number | undefined
  /** @default the clock of the system */
  now?: Date | undefined
}

/** What a secret has to look like, for error messages. */
export const secretAdvice =
  'give `whsec_` and 24 to 64 random bytes in base64: whsec_$(openssl rand -base64 32)'

/**
 * The headers that sign a request by Standard Webhooks (standardwebhooks.com): the id, the time in seconds, and the HMAC-SHA256 of
 * `id.time.body` in base64.
 */
export function signatureHeaders(secret: string, { id, body, now }: Signed): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1000))
  const signature = hmac(demandKey(secret), `${id}.${timestamp}.`, body).toString('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}

interface Signed {
  id: string
  body: string
  now: Date
}

/**
 * Whether a request was made by who has the secret, within the last five minutes. For who receives what `createHttpMessenger` sends;
 * the libraries of Standard Webhooks, for many languages, come to the same result.
 * @throws TypeError for a secret that is none
 */
export function verifySignature(request: SignedRequest, options: VerifySignatureOptions): boolean {
  const { toleranceSeconds = 300, now = new Date() } = options
  const keys = [options.secret].flat().map(demandKey)
  const id = headerOf(request, 'webhook-id')
  const timestamp = headerOf(request, 'webhook-timestamp')
  if (id === '' || !/^\d{1,12}$/.test(timestamp)) return false
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > toleranceSeconds) return false
  const given = headerOf(request, 'webhook-signature').split(' ').slice(0, 10).map(readSignature)
  return keys.some((key) => {
    const expected = hmac(key, `${id}.${timestamp}.`, request.body)
    return given.some((each) => each.length === expected.length && timingSafeEqual(each, expected))
  })
}

/** The key that a secret stands for; `null` where it is none. */
export function readSecret(secret: string): Buffer | null {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? []
  const key = Buffer.from(base64 ?? '', 'base64')
  return key.length >= 24 && key.length <= 64 ? key : null
}

function demandKey(secret: string): Buffer {
  const key = readSecret(secret)
  if (key === null) throw new TypeError(`secret: ${secretAdvice}`)
  return key
}

function hmac(key: Buffer, head: string, body: string | Uint8Array): Buffer {
  return createHmac('sha256', key).update(head).update(body).digest()
}

function readSignature(text: string): Buffer {
  return Buffer.from(/^v1,(.+)$/.exec(text)?.[1] ?? '', 'base64')
}

function headerOf({ headers }: SignedRequest, name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : (headers as Record<string, unknown>)[name]
  return typeof value === 'string' ? value : ''
}
