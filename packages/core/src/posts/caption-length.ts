/** The maximum length of a caption: graphemes, as people count, and UTF-16 units, which bounds the counting. */
export const captionLength: Readonly<{ graphemes: number; length: number }> = Object.freeze({
  graphemes: 2_200,
  length: 20_000,
})

/** Whether a string is short enough for a caption. */
export function isCaptionLength(text: string): boolean {
  if (text.length <= captionLength.graphemes) return true
  if (text.length > captionLength.length) return false
  let graphemes = 0
  for (const _ of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)) {
    if (++graphemes > captionLength.graphemes) return false
  }
  return true
}
