import { createHash, timingSafeEqual } from 'node:crypto'

/** How to check a notification. */
export interface WebhookCheck {
  /** The secret of the API key that the account uses for notifications: the oldest active one, unless set otherwise. */
  apiSecret: string
  /** @default the system clock */
  now?: Date | undefined
  /** The maximum age. @default 7200 @reason Anything later was held back, or is replayed by someone who saw it. */
  maxAgeSeconds?: number | undefined
}

/** Clocks may differ a little. */
const aheadSeconds = 300

/**
 * Whether a notification came from Cloudinary recently. `body` is the received body, byte for byte; anything that is
 * not a notification is `false` too. Takes constant time for wrong signatures.
 */
export function verifyCloudinaryWebhook(
  body: string | Uint8Array,
  headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>,
  { apiSecret, now = new Date(), maxAgeSeconds = 7_200 }: WebhookCheck,
): boolean {
  const signature = headerOf(headers, 'x-cld-signature')
  const timestamp = headerOf(headers, 'x-cld-timestamp')
  if (!/^\d{1,12}$/.test(timestamp) || !/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(signature)) return false
  const age = now.getTime() / 1000 - Number(timestamp)
  if (age > maxAgeSeconds || age < -aheadSeconds) return false
  const algorithm = signature.length === 40 ? 'sha1' : 'sha256'
  const expected = createHash(algorithm).update(body).update(timestamp).update(apiSecret).digest()
  return timingSafeEqual(Buffer.from(signature, 'hex'), expected)
}

function headerOf(
  headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>,
  name: string,
): string {
  if (headers instanceof Headers) return headers.get(name) ?? ''
  const entry = Object.entries(headers).find(([key]) => key.toLowerCase() === name)
  return typeof entry?.[1] === 'string' ? entry[1] : ''
}
