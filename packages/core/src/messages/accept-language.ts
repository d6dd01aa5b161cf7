/** The maximum length of a header that is read. Browsers send less than 100 characters. */
const maxLength = 500
/** More languages than anyone reads; each is compared with all available ones. */
const maxRanges = 20

/**
 * Chooses a language for a reader: the first available one of the `Accept-Language` header, by its weights. `de` also
 * matches `de-AT`, and `pt-BR` matches `pt`.
 * @returns one of `available`, or `otherwise`
 */
export function chooseLanguage(
  header: string | null,
  available: readonly string[],
  otherwise: string,
): string {
  for (const wanted of languagesIn(header)) {
    if (wanted === '*') return otherwise
    const found = lookUp(wanted, available)
    if (found !== undefined) return found
  }
  return otherwise
}

/** The languages of an `Accept-Language` header (RFC 9110, section 12.5.4), preferred first, in lower case. */
export function languagesIn(header: string | null): string[] {
  if (header === null) return []
  const ranges = header.slice(0, maxLength).split(',')
  // The last one may have been cut in the middle.
  if (header.length > maxLength) ranges.pop()
  return ranges
    .slice(0, maxRanges)
    .map(readRange)
    .filter((range) => range !== null)
    .filter(({ weight }) => weight > 0)
    .toSorted((one, other) => other.weight - one.weight)
    .map(({ tag }) => tag)
}

interface Range {
  tag: string
  weight: number
}

const rangePattern =
  /^\s*([a-z]{1,8}(?:-[a-z0-9]{1,8})*|\*)\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/i

function readRange(text: string): Range | null {
  const match = rangePattern.exec(text)
  return match?.[1] === undefined ? null : { tag: match[1].toLowerCase(), weight: Number(match[2] ?? 1) }
}

/**
 * By RFC 4647, section 3.4: the tag, then shortened from its end; another region of the language is better than none.
 */
function lookUp(wanted: string, available: readonly string[]): string | undefined {
  for (let tag = wanted; tag !== ''; tag = tag.slice(0, Math.max(tag.lastIndexOf('-'), 0))) {
    const found = available.find((each) => each.toLowerCase() === tag)
    if (found !== undefined) return found
  }
  const [language] = wanted.split('-')
  return available.find((each) => each.toLowerCase().split('-')[0] === language)
}
