import type { CustomFetch } from 'openid-client'
import { RetryLaterError } from '../errors.ts'

/** A sign-in waits for two or three requests; a provider that takes longer for one is down for its user. */
const timeoutMillis = 5_000
/** Metadata, keys and tokens have a few thousand bytes. */
const maxBytes = 262_144
const retrySeconds = 30

/**
 * Creates a `fetch` that follows no redirect, waits at most {@link timeoutMillis} for the entire response, and reads at
 * most {@link maxBytes} of it. Rejects with `provider-unavailable` if there is no response, or one that reports that
 * the provider is down.
 */
export function createBoundedFetch(send: typeof fetch = fetch): CustomFetch {
  return async (url, options) => {
    try {
      const response = await send(url, {
        ...(options as RequestInit),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMillis),
      })
      const body = await readBytes(response)
      const { status, statusText, headers } = response
      if (status === 429 || status >= 500) throw new Error(`the provider returned status ${status}`)
      return new Response(body.length > 0 ? body : null, { status, statusText, headers })
    } catch (cause) {
      throw new RetryLaterError('provider-unavailable', retrySeconds, cause)
    }
  }
}

async function readBytes({ body }: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    length += (chunk as Uint8Array).length
    if (length > maxBytes) throw new Error('the provider returned too much')
    chunks.push(chunk as Uint8Array)
  }
  return Uint8Array.from(Buffer.concat(chunks))
}
