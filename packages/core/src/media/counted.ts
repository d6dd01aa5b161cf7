import { KithError } from '../errors.ts'

/**
 * The chunks of a stream, and as many bytes as were announced. A chunk is its source's again when the next one is asked for: who
 * keeps it until then takes {@link copied}. @throws malformed-request for fewer or more
 */
export async function* counted<Chunk extends Uint8Array>(
  bytes: AsyncIterable<Chunk>,
  size: number | null,
): AsyncGenerator<Chunk> {
  let count = 0
  for await (const chunk of bytes) {
    count += chunk.length
    if (chunk.length > 0) yield chunk
  }
  if (size !== null && size !== count)
    throw new KithError('malformed-request', { detail: 'The file is incomplete: send it again.' })
}

/**
 * Bytes in memory of their own, which no other thread sees. Written so that TypeScript 5.5 and 5.6 read it, whose `Uint8Array` has no
 * parameter.
 */
export type OwnBytes = ReturnType<Uint8ArrayConstructor['from']>

/** Copies of the chunks of a stream, for who keeps them: a Node stream for instance. */
export async function* copied(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<OwnBytes> {
  for await (const chunk of bytes) yield Buffer.from(chunk)
}
