import { createHash, timingSafeEqual } from 'node:crypto'
import { refuse } from './refuse.ts'

// https://cloudinary.com/documentation/authentication_signatures

/** The credentials of the account. */
export interface DoubleAccount {
  cloudName: string
  apiKey: string
  apiSecret: string
}

/** Parameters that are not part of the string to sign. */
const unsigned = ['file', 'cloud_name', 'resource_type', 'api_key', 'signature']

/** Refuses parameters that were signed differently, or an hour ago. A download with an expiration uses that instead. */
export function demandSigned(
  params: Readonly<Record<string, string>>,
  { apiKey, apiSecret }: DoubleAccount,
  isDownload = false,
): void {
  const { api_key: key, signature, timestamp } = params
  const expiresAt = isDownload ? params['expires_at'] : undefined
  if (signature === undefined) refuse(400, 'Upload preset must be specified when using unsigned upload')
  if (key === undefined) refuse(400, 'Missing required parameter - api_key')
  if (key !== apiKey) refuse(401, `unknown api_key ${key}`)
  if (timestamp === undefined) refuse(400, 'Missing required parameter - timestamp')
  const told = stringToSign(params)
  if (!isDigest(signature, told + apiSecret))
    refuse(401, `Invalid Signature ${signature}. String to sign - '${told}'.`)
  const now = Date.now() / 1000
  if (expiresAt !== undefined) {
    if (Number(expiresAt) <= now) refuse(401, 'The URL has expired')
  } else if (now - Number(timestamp) > 3600) {
    const reported = new Date(Number(timestamp) * 1000).toISOString()
    refuse(400, `Stale request - reported time is ${reported} which is more than 1 hour ago`)
  }
}

/** Sorted, without empty values, with `&` escaped in values (signature version 2). */
function stringToSign(params: Readonly<Record<string, string>>): string {
  return Object.keys(params)
    .filter((name) => !unsigned.includes(name) && params[name] !== '')
    .sort()
    .map((name) => `${name}=${params[name]}`.replaceAll('&', '%26'))
    .join('&')
}

/** SHA-1 and SHA-256 are accepted, and distinguished by their length. */
function isDigest(signature: string, text: string): boolean {
  const algorithm = { 40: 'sha1', 64: 'sha256' }[signature.length]
  if (algorithm === undefined) return false
  const expected = createHash(algorithm).update(text).digest('hex')
  return timingSafeEqual(Buffer.from(expected), Buffer.from(signature))
}

/** https://cloudinary.com/documentation/delivery_url_signatures: 8 characters of SHA-1, or 32 of SHA-256. */
export function isDeliverySignature(signature: string, path: string, { apiSecret }: DoubleAccount): boolean {
  const algorithm = { 8: 'sha1', 32: 'sha256' }[signature.length]
  if (algorithm === undefined) return false
  return createHash(algorithm)
    .update(path + apiSecret)
    .digest('base64url')
    .startsWith(signature)
}
