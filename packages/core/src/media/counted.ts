import { KithError } from '../errors.ts'

/**
 * Copies of the chunks of a stream, which are its source's again when the next one is asked for, and as many bytes as were
 * announced. @throws malformed-request for fewer or more
 */
export async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  size: number | null,
): AsyncGenerator<Buffer<ArrayBuffer>> {
  let count = 0
  for await (const chunk of bytes) {
    count += chunk.length
    if (chunk.length > 0) yield Buffer.from(chunk)
  }
  if (size !== null && size !== count)
    throw new KithError('malformed-request', { detail: 'The file was cut off: send it again.' })
}
