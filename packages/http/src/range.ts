import type { ByteRange } from '@kith/core/ports'
import type { RequestHeaders } from './negotiation.ts'

/** The part of a file that is sent. */
export interface Part {
  /** `null` for all bytes, or for none if there are none in the range. */
  range: ByteRange | null
  status: 200 | 206 | 416
  headers: Readonly<Record<string, string>>
}

/**
 * The part of a file that a `Range` header requests (RFC 9110, 14): one range; several, or a malformed one, return the
 * entire file, as the RFC allows.
 */
export function partOf(headers: RequestHeaders, { size, etag }: { size: number; etag: string }): Part {
  const range = readRange(headers, etag, size)
  if (range === null) return { range, status: 200, headers: { 'content-length': String(size) } }
  const { start, end } = range
  if (start > end) return { range: null, status: 416, headers: { 'content-range': `bytes */${size}` } }
  return {
    range,
    status: 206,
    headers: {
      'content-range': `bytes ${start}-${end}/${size}`,
      'content-length': String(end - start + 1),
    },
  }
}

/** A range that begins after the end cannot be satisfied. */
function readRange(headers: RequestHeaders, etag: string, size: number): ByteRange | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.get('range') ?? '')
  const [, first = '', last = ''] = match ?? []
  const ifRange = headers.get('if-range')
  if (!match || (first === '' && last === '') || (ifRange !== null && ifRange !== etag)) return null
  if (first !== '' && last !== '' && Number(last) < Number(first)) return null
  return {
    start: first === '' ? Math.max(0, size - Number(last)) : Number(first),
    end: first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1),
  }
}
