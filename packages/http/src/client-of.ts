import type { ClientInfo } from '@kith/core'
import type { RequestHead } from './http-request.ts'

/** Longer than what browsers send for ten languages. */
const languageMaxLength = 200

/** The client, according to the request. Without an IP address all clients share their limits. */
export function clientOf({ headers }: RequestHead, address: string = 'unknown'): ClientInfo {
  return {
    address,
    userAgent: headers.get('user-agent') ?? undefined,
    language: headers.get('accept-language')?.slice(0, languageMaxLength),
  }
}
