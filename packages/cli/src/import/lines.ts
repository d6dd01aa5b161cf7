/** One line of a file, without its end. */
export interface Line {
  /** Counted from 1. */
  number: number
  text: string
  /** Where the next line begins, in bytes. */
  end: number
}

/** No account is longer. */
const longestLine = 65_536

/** Splits bytes into lines. A line that is too long is returned without its text, and costs no memory. */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  from: { number: number; end: number },
): AsyncGenerator<Line> {
  let { number, end } = from
  let parts: Buffer[] = []
  let length = 0

  function take(): Line {
    const text = length > longestLine ? '' : Buffer.concat(parts).toString('utf8').replace(/\r$/, '')
    parts = []
    length = 0
    return { number: ++number, text, end }
  }

  for await (const chunk of chunks) {
    let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    for (;;) {
      const at = bytes.indexOf(0x0a)
      const piece = at === -1 ? bytes : bytes.subarray(0, at)
      length += piece.length
      if (length <= longestLine) parts.push(piece)
      else parts = []
      end += at === -1 ? piece.length : at + 1
      if (at === -1) break
      yield take()
      bytes = bytes.subarray(at + 1)
    }
  }
  if (length > 0) yield take()
}
