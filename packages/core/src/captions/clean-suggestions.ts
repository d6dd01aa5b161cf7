import { cutText } from '../cut-text.ts'
import { captionLength, isCaptionLength } from '../posts/caption-length.ts'

/** Controls that no caption may hold; tabs and line breaks stay. */
const forbidden = /[^\P{Cc}\t\n\r]/gu

/**
 * What a writer suggests, ready to be posted: well-formed and trimmed, without controls, empty and repeated texts, cut
 * to the length of a caption, and `count` at most. What is no text is left out.
 */
export function cleanSuggestions(suggestions: readonly unknown[], count: number): string[] {
  const texts = suggestions.filter((text) => typeof text === 'string').map(cleanSuggestion)
  return [...new Set(texts)].filter((text) => text !== '').slice(0, count)
}

function cleanSuggestion(text: string): string {
  const clean = text.toWellFormed().replace(forbidden, '').normalize('NFC').trim()
  return isCaptionLength(clean)
    ? clean
    : cutText(clean, { graphemes: captionLength.graphemes - 1, length: captionLength.length - 1 })
}
