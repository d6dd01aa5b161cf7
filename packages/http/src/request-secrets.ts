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
  const proof = headers.get('secure-session-response') ?? ''
  const cookies = (headers.get('cookie') ?? '').split(/; */).map((pair) => pair.slice(pair.indexOf('=') + 1))
  const found = [bearer ?? '', proof, ...cookies, ...new URLSearchParams(query).values(), ...stringsOf(body)]
  // The longest first, so that none leaves a part of another. A storage may have folded what it was given.
  return [...new Set(found.flatMap((text) => [text, text.toLowerCase()]))].sort((a, b) => b.length - a.length)
}

/** Not by recursion: a body may be 30,000 arrays in each other. */
function stringsOf(body: unknown): string[] {
  const found: string[] = []
  const left = [body]
  while (left.length > 0) {
    const value = left.pop()
    if (typeof value === 'string') found.push(value)
    else if (typeof value === 'object' && value !== null)
      for (const each of Object.values(value)) left.push(each)
  }
  return found
}
