import { createHmac, timingSafeEqual } from 'node:crypto'

/** A signed request. */
export interface SignedRequest {
  /** Its headers, as Node or `fetch` have them. */
  headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>
  /** Its raw body, before parsing. */
  body: string | Uint8Array
}

/** How to check a signature. */
export interface VerifySignatureOptions {
  /** The sender's secret. Several during a rotation. */
  secret: string | readonly string[]
  /** @default 300 @reason Server clocks differ by seconds; an older request may be a replay. */
  toleranceSeconds?: number | undefined
  /** @default the system clock */
  now?: Date | undefined
}

/** The format of a secret, for error messages. */
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
 * Whether a request was sent by someone with the secret, within the last five minutes. For receivers of
 * `createHttpMessenger`; the Standard Webhooks libraries, for many languages, produce the same result.
 * @throws TypeError for an invalid secret
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

/** The key that a secret encodes; `null` if it is invalid. */
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
