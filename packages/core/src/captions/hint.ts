import { cutText } from '../cut-text.ts'

/** As much of a hint as fits into a caption with room to spare. */
const hintLength = { graphemes: 300, length: 1200 }

/** Controls, and the invisible characters that turn the direction of the text around them. */
const invisible = /[\p{Cc}\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu

/** What a user wants said, as one clean line; `null` where nothing is left of it. */
export function cleanHint(hint: string | null): string | null {
  const line = (hint ?? '').replace(/\s+/gu, ' ').replace(invisible, '').toWellFormed().trim()
  return cutText(line, hintLength) || null
}
