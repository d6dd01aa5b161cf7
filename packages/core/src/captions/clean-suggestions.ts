import { captionLength, isCaptionLength } from '../posts/caption-length.ts'
import { cutText } from '../text/cut-text.ts'
import { withoutDirection } from '../text/direction.ts'
import { toStreamSafe } from '../text/stream-safe.ts'

/** Control characters that no caption may contain; tabs and line breaks stay. */
const forbidden = /[^\P{Cc}\t\n\r]/gu

/** A model may return anything, of any length: excess suggestions and excess length are ignored. */
const most = Object.freeze({ suggestions: 20, length: 1.25 * captionLength.length })

/**
 * The suggestions of a writer, ready to be posted: well-formed and trimmed, without control characters, empty strings
 * and duplicates, cut to the length of a caption, and at most `count`. Anything but strings is dropped. The work is
 * bounded for any response.
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
