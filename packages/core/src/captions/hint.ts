import { cutText } from '../text/cut-text.ts'
import { withoutInvisible } from '../text/invisible.ts'
import { toStreamSafe } from '../text/stream-safe.ts'

/** As much of a hint as fits into a caption with room to spare. */
const hintLength = { graphemes: 300, length: 1200 }

/** The user's hint, as one clean line without hidden characters; `null` if nothing is left. */
export function cleanHint(hint: string | null): string | null {
  const line = (hint ?? '').slice(0, 4 * hintLength.length).replace(/\s+/gu, ' ')
  const seen = withoutInvisible(toStreamSafe(line.replace(/\p{Cc}/gu, '')))
    .toWellFormed()
    .trim()
  return cutText(seen, hintLength) || null
}
