/** A request target as on the request line, cut at its first question mark and otherwise unchanged. */
export interface RequestTarget {
  path: string
  /** Without the question mark; empty if the target has none. */
  query: string
}

/** Splits a target. Nothing is decoded or resolved, so that everything that reads the path reads the same string. */
export function splitTarget(target: string): RequestTarget {
  const mark = target.indexOf('?')
  return mark === -1
    ? { path: target, query: '' }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) }
}

/**
 * Whether all readers of a path agree on it: its segments are neither empty nor dots, nothing in it separates segments
 * only for some readers, and nothing is percent-encoded that could stand unencoded or would act as syntax once decoded.
 */
export function isPlain(path: string): boolean {
  return plainPath.test(path) && !dotSegment.test(path) && (!path.includes('%') || decodesPlainly(path))
}

// RFC 3986: unreserved characters, and what else is allowed in a segment. Without `;`, at which servlet containers,
// some proxies and, with an option, Fastify cut a segment or the path.
const plainPath = /^(?:\/(?:[\w\-.~!$&'()*+,=:@]|%[\da-f]{2})+)+$/i
const dotSegment = /\/\.{1,2}(?:\/|$)/

function decodesPlainly(path: string): boolean {
  if (outerBlank.test(path)) return false
  for (const [run] of path.matchAll(/(?:%[\da-f]{2})+/gi)) {
    const text = decodeOrNull(run)
    if (text === null || unsafeOnceDecoded.test(text) || [...text].some(looksLikeAscii)) return false
  }
  return true
}

// Names are trimmed when they are looked up, and so are paths in some file systems.
const outerBlank = /\/%20|%20(?:\/|$)/

// Unreserved characters are equivalent encoded and not (RFC 3986, 6.2.2.2), so a rule for one spelling would miss the
// other.
const unsafeOnceDecoded = /[\w\-.~/\\;?#%]|\p{Cc}|(?! )\s/u

/** Such as the full-width solidus: in its compatibility form (NFKC) it is syntax, or a letter of another name. */
function looksLikeAscii(character: string): boolean {
  return character > '\x7f' && /[ -~]/.test(character.normalize('NFKC'))
}

function decodeOrNull(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/** The path as the most lenient reader would interpret it; plain paths stay as they are. */
export function looseReading(path: string): string {
  let text = withoutOrigin(path)
  // As often as a chain of proxies may decode.
  for (let round = 0; round < 3; round++) text = text.replace(/(?:%[\da-f]{2})+/gi, decodeLoosely)
  const segments: string[] = []
  for (const segment of text.replace(/[\x00-\x20\x7f-\xa0]/g, '').split(/[/\\]+/)) {
    const [name = ''] = segment.split(/[;?#]/)
    if (name === '..') segments.pop()
    else if (name !== '' && name !== '.') segments.push(name)
  }
  return `/${segments.join('/')}`
}

function decodeLoosely(run: string): string {
  // Two bytes for one character, as decoders without checks accept (CWE-180).
  const short = run.replace(/%c([01])%([89ab][\da-f])/gi, (_long, high: string, low: string) =>
    encodeByte((Number(high) << 6) | (parseInt(low, 16) & 0x3f)),
  )
  const text =
    decodeOrNull(short) ??
    short.replace(/%(..)/g, (_byte, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  return Array.from(text, (character) => character.normalize('NFKC')).join('')
}

function encodeByte(byte: number): string {
  return `%${byte.toString(16).padStart(2, '0')}`
}

/** The path of a target in absolute form (RFC 9112, 3.2.2); of any other, the target itself. */
export function withoutOrigin(path: string): string {
  return path.replace(/^[a-z][a-z\d+.-]*:\/\/[^/\\?#]*/i, '')
}
