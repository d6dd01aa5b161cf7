import { isRecord, isStream, type Stream } from './values.ts'
import { type SeenCall, SeenCallback } from './verb.ts'

/** What came of a stream, which can be read from its beginning as often as is wanted. */
export class Replay implements Stream {
  readonly chunks: Uint8Array[] = []
  error: { thrown: unknown } | null = null

  static of(chunks: readonly Uint8Array[]): Replay {
    const replay = new Replay()
    replay.chunks.push(...chunks)
    return replay
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (const chunk of this.chunks) yield Uint8Array.from(chunk)
    if (this.error) throw this.error.thrown
  }

  toJSON(): unknown {
    return [Buffer.concat(this.chunks).toString('base64'), String(this.error?.thrown)]
  }
}

/** A stream that leaves behind what is read of it. */
async function* recorded(stream: Stream, replay: Replay): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) {
      replay.chunks.push(Uint8Array.from(chunk))
      yield chunk
    }
  } catch (thrown) {
    replay.error = { thrown }
    throw thrown
  }
}

/** Changes what is in lists and records, and nothing else. */
function deep(value: unknown, change: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => deep(each, change))
  if (!isRecord(value)) return change(value)
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, deep(each, change)]))
}

/** A copy that shares streams, functions and signals with it. */
export function copyOf<Value>(value: Value): Value {
  return deep(value, (leaf) => (leaf instanceof Date ? new Date(leaf) : leaf)) as Value
}

/** A copy whose streams are read, so that they can be read more than once. */
export async function held<Value>(value: Value): Promise<Value> {
  const replays: Promise<void>[] = []
  const copy = deep(value, (leaf) => {
    if (!isStream(leaf) || leaf instanceof Replay) return leaf
    const replay = new Replay()
    replays.push(drain(recorded(leaf, replay)))
    return replay
  })
  await Promise.all(replays)
  return copy as Value
}

async function drain(stream: Stream): Promise<void> {
  try {
    for await (const _chunk of stream);
  } catch {
    // The replay throws it again.
  }
}

/**
 * What is passed on in place of a value whose streams and functions are watched, and what is remembered of it: replays of
 * what is read, and the calls of what is called.
 */
export function watched(value: unknown): { passed: unknown; seen: unknown } {
  const seen = new Map<unknown, unknown>()
  const passed = deep(value, (leaf) => {
    if (isStream(leaf)) {
      const replay = new Replay()
      const stream = recorded(leaf, replay)
      seen.set(stream, replay)
      return stream
    }
    if (typeof leaf !== 'function') return leaf
    const callback = new SeenCallback()
    const called = watchedFunction(leaf as (...args: unknown[]) => unknown, callback.calls)
    seen.set(called, callback)
    return called
  })
  return { passed, seen: deep(copyOf(passed), (leaf) => seen.get(leaf) ?? leaf) }
}

function watchedFunction(sound: (...args: unknown[]) => unknown, calls: SeenCall[]) {
  return (...args: unknown[]): unknown => {
    const call: SeenCall = { args: copyOf(args), answer: undefined, rejected: false }
    calls.push(call)
    const remember = (answer: unknown): unknown => {
      const { passed, seen } = watched(answer)
      call.answer = seen
      return passed
    }
    const answer = sound(...args)
    if (!(answer instanceof Promise)) return remember(answer)
    return answer.then(remember, (error: unknown) => {
      call.rejected = true
      throw error
    })
  }
}
