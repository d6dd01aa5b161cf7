/** As much of a hint as fits into a caption with room to spare, as people count letters. */
const maxGraphemes = 300

/** A grapheme can be piled up from any number of code points; this bounds the whole. */
const maxLength = 1200

/** Controls, and the invisible characters that turn the direction of the text around them. */
const invisible = /[\p{Cc}\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu

/** What a user wants said, as one clean line; `null` where nothing is left of it. */
export function cleanHint(hint: string | null): string | null {
  const line = (hint ?? '').replace(/\s+/gu, ' ').replace(invisible, '').toWellFormed().trim()
  let kept = ''
  let count = 0
  for (const { segment } of new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(line)) {
    if (++count > maxGraphemes || kept.length + segment.length > maxLength) return `${kept.trimEnd()}…`
    kept += segment
  }
  return kept || null
}
