/**
 * The beginning of a string, cut between graphemes, with `…` where something was cut off: at most this many graphemes
 * before it. A grapheme can consist of any number of code points; `length`, in UTF-16, bounds the total.
 */
export function cutText(text: string, { graphemes, length }: { graphemes: number; length: number }): string {
  let kept = ''
  let count = 0
  for (const { segment } of new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(text)) {
    if (++count > graphemes || kept.length + segment.length > length) return `${kept.trimEnd()}…`
    kept += segment
  }
  return kept
}
