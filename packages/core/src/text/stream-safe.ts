/**
 * Combining marks, and the two half-width kana marks that become combining under the compatibility forms. Ordering them
 * is quadratic in the length of a run (UAX 15), so nothing is normalized before its runs are known to be short.
 */
const mark = '[\\p{M}\\uFF9E\\uFF9F]'

/** The limit of Unicode's Stream-Safe Text Format; no language comes close. */
const longestRun = 30

// The look-behind makes each run count once, from its start; without it the search itself would be the slow part.
const longRun = new RegExp(`(?<!${mark})${mark}{${longestRun + 1}}`, 'u')
const excess = new RegExp(`(?<!${mark})(${mark}{${longestRun}})${mark}+`, 'gu')

/** Whether a string has no more than 30 combining marks in a row. */
export function isStreamSafe(text: string): boolean {
  return !longRun.test(text)
}

/** The string without the marks beyond the thirtieth of each run. */
export function toStreamSafe(text: string): string {
  return text.replace(excess, '$1')
}
