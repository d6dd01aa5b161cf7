import { captionLength, isCaptionLength } from '../posts/caption-length.ts'
import { cutText } from '../text/cut-text.ts'
import { withoutDirection } from '../text/direction.ts'
import { toStreamSafe } from '../text/stream-safe.ts'

/** Controls that no caption may hold; tabs and line breaks stay. */
const forbidden = /[^\P{Cc}\t\n\r]/gu

/** A model may say anything, of any length: more suggestions, or longer ones, are not even looked at. */
const most = Object.freeze({ suggestions: 20, length: 1.25 * captionLength.length })

/**
 * What a writer suggests, ready to be posted: well-formed and trimmed, without controls, empty and repeated texts, cut
 * to the length of a caption, and `count` at most. What is no text is left out. The work is bounded whatever was said.
 */
export function cleanSuggestions(suggestions: readonly unknown[], count: number): string[] {
  const kept = new Set<string>()
  for (const text of suggestions.slice(0, most.suggestions)) {
    if (kept.size >= count) break
    const clean = typeof text === 'string' ? cleanSuggestion(text.slice(0, most.length)) : ''
    if (clean !== '') kept.add(clean)
  }
  return [...kept]
}

function cleanSuggestion(text: string): string {
  const safe = toStreamSafe(withoutDirection(text.toWellFormed().replace(forbidden, '')))
  // Composition can lengthen a run again.
  const clean = toStreamSafe(safe.normalize('NFC')).trim()
  return isCaptionLength(clean)
    ? clean
    : cutText(clean, { graphemes: captionLength.graphemes - 1, length: captionLength.length - 1 })
}
