import { KithError } from '../errors.ts'

/**
 * The chunks of a stream, which must have the announced number of bytes. A source may reuse a chunk's memory when the
 * next one is requested: to keep one longer, use {@link copied}. @throws malformed-request for fewer or more
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
 * Bytes in their own memory, not shared with another thread. Written so that both TypeScript 5.5 and 5.6, where
 * `Uint8Array` has no parameter, accept it.
 */
export type OwnBytes = ReturnType<Uint8ArrayConstructor['from']>

/** Copies of the chunks of a stream, for consumers that keep them, such as a Node stream. */
export async function* copied(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<OwnBytes> {
  for await (const chunk of bytes) yield Buffer.from(chunk)
}
