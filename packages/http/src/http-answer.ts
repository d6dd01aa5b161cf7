import type { Readable } from 'node:stream'
import type { OwnBytes } from '@kith/core/adapter'

/** A response as plain data: hosts write it themselves. */
export interface HttpAnswer {
  status: number
  /** By lower-case names. Only `set-cookie` has several values. */
  headers: Record<string, string | string[]>
  /** A stream has to be read to its end or destroyed. */
  body: string | OwnBytes | Readable | null
}

/** An uncacheable JSON response. */
export function jsonAnswer(
  status: number,
  body: object,
  contentType: string = 'application/json',
): HttpAnswer {
  const headers = {
    'content-type': contentType,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  }
  return { status, headers, body: JSON.stringify(body) }
}
