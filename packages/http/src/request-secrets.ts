/** The data of a request. */
export interface SentWith {
  headers: { get(name: string): string | null }
  /** As parsed; `undefined` if none was read. */
  body: unknown
  query: string
}

/**
 * Values of a request that must not be logged: a driver's error may quote its arguments. Credentials, the cookies, and
 * every string of the body and the query: passwords, names of people, captions.
 */
export function secretsOf({ headers, body, query }: SentWith): string[] {
  const bearer = headers.get('authorization')?.replace(/^\S+ +/, '')
  const proof = headers.get('secure-session-response') ?? ''
  const cookies = (headers.get('cookie') ?? '').split(/; */).map((pair) => pair.slice(pair.indexOf('=') + 1))
  const found = [bearer ?? '', proof, ...cookies, ...new URLSearchParams(query).values(), ...stringsOf(body)]
  // The longest first, so that none leaves a part of another. A storage may have folded the values.
  return [...new Set(found.flatMap((text) => [text, text.toLowerCase()]))].sort((a, b) => b.length - a.length)
}

/** Not recursive: a body may be 30,000 nested arrays. */
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
