import type { ByteRange } from '@kith/core'

/** The part of a file that a request asks for (RFC 9110, 14). */
export interface RangeRequest {
  /** The bytes to send of a file of this size; `null` for all. */
  pick(size: number): ByteRange | null
  /** Status and headers of the answer for a file of this size. */
  answer(size: number): { status: 200 | 206 | 416; headers: Record<string, string> }
}

/** Reads the `Range` header: one range; several, or a malformed one, are answered with the whole file, as the RFC allows. */
export function rangeOf(headers: { get(name: string): string | null }, etag: string): RangeRequest {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.get('range') ?? '')
  const [, first = '', last = ''] = match ?? []
  const ifRange = headers.get('if-range')
  const asked = match !== null && (first !== '' || last !== '') && (ifRange === null || ifRange === etag)

  function read(size: number): ByteRange | 'unsatisfiable' | null {
    if (!asked) return null
    const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
    const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
    if (first !== '' && last !== '' && Number(last) < Number(first)) return null
    return start > end ? 'unsatisfiable' : { start, end }
  }

  return {
    pick(size) {
      const range = read(size)
      return range === 'unsatisfiable' ? null : range
    },
    answer(size) {
      const range = read(size)
      if (range === 'unsatisfiable') return { status: 416, headers: { 'content-range': `bytes */${size}` } }
      if (range === null) return { status: 200, headers: { 'content-length': String(size) } }
      const { start, end } = range
      return {
        status: 206,
        headers: {
          'content-range': `bytes ${start}-${end}/${size}`,
          'content-length': String(end - start + 1),
        },
      }
    },
  }
}
