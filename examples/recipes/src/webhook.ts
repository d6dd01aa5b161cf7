import { createHmac } from 'node:crypto'
import type { Kith } from '@kith/core'

/** The URL for events, and the secret that signs them. */
export interface Webhook {
  url: string
  secret: string
}

/**
 * Sends each new follow to a webhook, at least once and in order for each account: failed events wait, even across a restart. Needs
 * `outbox: { events: ['follow.added'] }`. Call it in a loop.
 */
export async function deliverFollows(kith: Kith, { url, secret }: Webhook): Promise<void> {
  await kith.outbox.deliver(async (event) => {
    if (event.name !== 'follow.added') return
    const { id, name, at, userId, followedId } = event
    const [follower] = await kith.profiles.byIds(null, [userId])
    const body = JSON.stringify({ id, name, at, followedId, follower })
    const signature = createHmac('sha256', secret).update(body).digest('hex')
    const response = await fetch(url, {
      method: 'POST',
      // The receiver ignores ids that it has already seen.
      headers: { 'content-type': 'application/json', 'x-signature': signature, 'idempotency-key': id },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(10_000),
    })
    if (!response.ok) throw new Error(`the webhook answered ${response.status}`)
  })
}
