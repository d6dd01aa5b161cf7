import type { CaptionFailureReason } from '@kith/core/ports'
import { z } from 'zod'

/** Why a model call failed. */
export interface ModelFailure {
  reason: CaptionFailureReason
  /** In our own words: an SDK error carries the entire request, picture and hint included, and the vendor's text. */
  cause: Error
  /** Whether the same call can succeed a moment later. */
  isRetryable: boolean
  /** The retry delay that the vendor requests. */
  retryAfterSeconds: number | null
}

/** Optional properties of errors of the SDK, its gateway and Node. */
const link = z.object({
  name: z.string().catch('Error'),
  statusCode: z.number().nullable().catch(null),
  isRetryable: z.boolean().catch(false),
  responseHeaders: z.record(z.string(), z.string()).nullable().catch(null),
  /** The body of the response. */
  data: z
    .object({ error: z.object({ code: z.string() }) })
    .nullable()
    .catch(null),
  /** A system error code: `ECONNREFUSED`. */
  code: z.string().nullable().catch(null),
  cause: z.unknown().optional(),
})

/** Anthropic's status for overload is 529. */
const limitedStatuses: readonly (number | null)[] = [429, 503, 529]

/** OpenAI and Azure: refused because of the content of the picture or the text. */
const refusedCodes = ['content_filter', 'content_policy_violation', 'moderation_blocked']

/** Converts an error of a model call. */
export function failureOf(error: unknown): ModelFailure {
  const links = chain(error)
  const status = links.find(({ statusCode }) => statusCode !== null)?.statusCode ?? null
  const headers = links.find(({ responseHeaders }) => responseHeaders !== null)?.responseHeaders ?? {}
  const vendorCode = links.find(({ data }) => data !== null)?.data?.error.code ?? ''
  // Waiting does not refill a balance.
  const isOutOfCredit = vendorCode === 'insufficient_quota'
  const isLimited = limitedStatuses.includes(status) && !isOutOfCredit
  return {
    reason: refusedCodes.includes(vendorCode) ? 'refused' : isLimited ? 'limited' : 'failed',
    cause: new Error(describe(links, status)),
    isRetryable: links.some(({ isRetryable }) => isRetryable) && !isOutOfCredit,
    retryAfterSeconds: readRetryAfter(headers),
  }
}

function chain(error: unknown): z.infer<typeof link>[] {
  const links: z.infer<typeof link>[] = []
  for (let next = error; links.length < 5;) {
    const { success, data } = link.safeParse(next)
    if (!success) break
    links.push(data)
    next = data.cause
  }
  return links
}

function describe(links: readonly z.infer<typeof link>[], status: number | null): string {
  if (status === 200) return 'The model host did not respond with the expected JSON'
  if (status !== null) return `The model host responded with ${status}`
  const systemCode = links.find(({ code }) => code !== null)?.code
  if (systemCode) return `The model host cannot be reached: ${systemCode}`
  return `The model call failed with ${links[0]?.name ?? 'no error'}`
}

/** A longer wait is useless to everyone. */
const longestWaitSeconds = 86_400

/** RFC 9110, 10.2.3, and OpenAI's more precise header. */
function readRetryAfter(headers: Readonly<Record<string, string>>): number | null {
  const millis = Number.parseFloat(headers['retry-after-ms'] ?? '')
  if (millis >= 0) return millis / 1000
  const text = headers['retry-after'] ?? ''
  const seconds = /^\d/.test(text) ? Number.parseFloat(text) : (Date.parse(text) - Date.now()) / 1000
  return seconds >= 0 && seconds <= longestWaitSeconds ? seconds : null
}
