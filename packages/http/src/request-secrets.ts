/** What came with a request. */
export interface SentWith {
  headers: { get(name: string): string | null }
  /** As it was parsed; `undefined` where none was read. */
  body: unknown
  query: string
}

/**
 * What in a request no log may show, as values: an error of a driver may quote what it was given. Credentials, the cookies, and every
 * string of the body and the query: passwords, names of people, captions.
 */
export function secretsOf({ headers, body, query }: SentWith): string[] {
  const bearer = headers.get('authorization')?.replace(/^\S+ +/, '')
  const cookies = (headers.get('cookie') ?? '').split(/; */).map((pair) => pair.slice(pair.indexOf('=') + 1))
  const found = [bearer ?? '', ...cookies, ...new URLSearchParams(query).values(), ...stringsOf(body)]
  // The longest first, so that none leaves a part of another. A storage may have folded what it was given.
  return [...new Set(found.flatMap((text) => [text, text.toLowerCase()]))].sort((a, b) => b.length - a.length)
}

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : []
}
