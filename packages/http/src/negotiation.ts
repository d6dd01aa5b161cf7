/** The headers of a request. */
export interface RequestHeaders {
  get(name: string): string | null
}

/**
 * Whether a request explicitly accepts a content type (RFC 9110, 12.5.1). A wildcard is not enough, nor is a quality of
 * 0.
 */
export function accepts(headers: RequestHeaders, contentType: string): boolean {
  return (headers.get('accept') ?? '').split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((text) => text.trim().toLowerCase())
    return type === contentType && !parameters.some((parameter) => /^q\s*=\s*0(\.0*)?$/.test(parameter))
  })
}

/** Whether the client already has the file with this tag (RFC 9110, 13.1.2). Caches send several tags for one URL. */
export function isKnown(headers: RequestHeaders, etag: string): boolean {
  const known = headers.get('if-none-match') ?? ''
  return known.trim() === '*' || (known.match(/"[^"]*"/g)?.includes(etag) ?? false)
}
