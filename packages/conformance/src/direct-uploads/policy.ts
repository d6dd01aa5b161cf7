import { createHmac, timingSafeEqual } from 'node:crypto'

/** What a signature allows. A missing field allows anything. */
export interface Policy {
  key?: string
  contentType?: string
  /** In bytes. */
  size?: number
  rendition?: string
  /** Milliseconds since 1970. */
  until?: number
}

/** A policy in the form that a browser receives and sends back. */
export interface SealedPolicy {
  policy: string
  signature: string
}

/** Makes it. */
export function seal(secret: string, policy: Policy): SealedPolicy {
  const text = Buffer.from(JSON.stringify(policy)).toString('base64url')
  return { policy: text, signature: hmac(secret, text) }
}

/** Parses it: `null` if it was not signed with this secret, or was changed. */
export function unseal(secret: string, { policy, signature }: SealedPolicy): Policy | null {
  const expected = Buffer.from(hmac(secret, policy))
  const given = Buffer.from(signature)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null
  return JSON.parse(Buffer.from(policy, 'base64url').toString()) as Policy
}

/** Whether a request matches the policy in all of its fields. */
export function allows(policy: Policy, asked: Required<Omit<Policy, 'until'>>, now: Date): boolean {
  const { until = Infinity, ...pinned } = policy
  return (
    now.getTime() <= until &&
    Object.entries(pinned).every(([name, value]) => asked[name as keyof typeof asked] === value)
  )
}

function hmac(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url')
}
