const embedding = /[\u202A-\u202E]/u
const openers = /[\u2066-\u2068]/u
const controls = /[\u202A-\u202E\u2066-\u2069]/gu

/**
 * Whether a string cannot change the direction of text around it: it has no embeddings and overrides, and each line
 * closes the isolates that it opens, and no others.
 */
export function isDirectionClosed(text: string): boolean {
  if (!/[\u202A-\u202E\u2066-\u2069]/u.test(text)) return true
  return !embedding.test(text) && text.split(/[\n\r\u0085\u2029]/u).every(isLineClosed)
}

/** The string without direction controls other than marks. */
export function withoutDirection(text: string): string {
  return text.replace(controls, '')
}

function isLineClosed(line: string): boolean {
  let open = 0
  for (const [control] of line.matchAll(controls)) {
    open += openers.test(control) ? 1 : -1
    if (open < 0) return false
  }
  return open === 0
}
