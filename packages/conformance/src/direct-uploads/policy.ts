import { createHmac, timingSafeEqual } from 'node:crypto'

/** What a signature allows. What is missing in it is allowed to be anything. */
export interface Policy {
  key?: string
  contentType?: string
  /** In bytes. */
  size?: number
  rendition?: string
  /** Milliseconds since 1970. */
  until?: number
}

/** A policy as it goes to a browser and back. */
export interface SealedPolicy {
  policy: string
  signature: string
}

/** Makes it. */
export function seal(secret: string, policy: Policy): SealedPolicy {
  const text = Buffer.from(JSON.stringify(policy)).toString('base64url')
  return { policy: text, signature: hmac(secret, text) }
}

/** Reads it: `null` if it was not made with this secret, or was changed. */
export function unseal(secret: string, { policy, signature }: SealedPolicy): Policy | null {
  const expected = Buffer.from(hmac(secret, policy))
  const given = Buffer.from(signature)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null
  return JSON.parse(Buffer.from(policy, 'base64url').toString()) as Policy
}

/** Whether what is asked for is what the policy says, in everything that it says. */
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
