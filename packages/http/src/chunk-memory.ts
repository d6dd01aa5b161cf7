import { type BodyPace, readPaced } from './body-pace.ts'
import { hastenCollection } from './hasten-collection.ts'

const owned = new WeakSet<ReadableStream>()

/** Says that whoever reads this body is the only one that holds its chunks. A copy of the body, as a clone has, is not meant. */
export function own(body: ReadableStream): void {
  owned.add(body)
}

/** Says that somebody else may hold the chunks of this body from now on. */
export function share(body: ReadableStream): void {
  owned.delete(body)
}

/** A form can have any number of chunks in which nothing is of its file. They are left to the collector. */
const maxHeld = 256

/** The chunks of a body, whose memory does not wait for the garbage collector. */
export interface FreedChunks {
  /** The chunks as they come. */
  chunks: AsyncIterable<Uint8Array>
  /**
   * Hands on what was cut from the chunks, in order. Whoever reads this has done with a part when it asks for the next;
   * then the chunks before are freed, if nobody else can hold them.
   */
  freeing(parts: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
}

/**
 * Reads a body at its pace. Each chunk off a socket is a buffer of its own, up to 64 KiB outside of the heap; left to the collector,
 * 32 MB of them gather before it runs. Where somebody else may hold them, it is made to run sooner, which costs
 * more of the processor.
 */
export function freeAsRead(body: ReadableStream<Uint8Array>, pace: BodyPace): FreedChunks {
  const held: Uint8Array[] = []

  async function* chunks(): AsyncGenerator<Uint8Array> {
    for await (const chunk of readPaced(body, pace)) {
      if (owned.has(body)) held.push(chunk)
      else hastenCollection(chunk.byteLength)
      if (held.length > maxHeld) held.shift()
      yield chunk
    }
  }

  return {
    chunks: chunks(),
    async *freeing(parts) {
      for await (const part of parts) {
        const current = held.findIndex(({ buffer }) => buffer === part.buffer)
        held.splice(0, Math.max(current, 0)).forEach(free)
        yield part
      }
    },
  }
}

function free({ buffer, byteLength }: Uint8Array): void {
  // Of a buffer that is larger than the chunk, something else may lie in the rest.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}
