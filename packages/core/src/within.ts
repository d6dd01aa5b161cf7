import { Readable } from 'node:stream'

/** How long to wait. */
export interface Patience {
  /** @default unlimited */
  millis?: number | undefined
  /** Ends the wait early, with the signal's reason. */
  signal?: AbortSignal | undefined
  /** What to throw when the time is up. @default an error named `TimeoutError` */
  late?: (() => unknown) | undefined
}

/**
 * Waits for work, but no longer than the limit, whether or not the work observes its signal. The signal is aborted if
 * the wait ends before the work.
 */
export async function within<Result>(
  { millis, signal, late }: Patience,
  work: (signal: AbortSignal) => PromiseLike<Result>,
): Promise<Result> {
  signal?.throwIfAborted()
  const own = new AbortController()
  const { promise: over, reject } = Promise.withResolvers<never>()
  const end = (reason: unknown): void => {
    own.abort(reason)
    reject(reason as Error)
  }
  const stop = (): void => end(signal?.reason)
  const expire = (): void => end(late?.() ?? timeoutError(millis))
  signal?.addEventListener('abort', stop, { once: true })
  let timer: NodeJS.Timeout | undefined
  let expiring: NodeJS.Immediate | undefined
  // If this process itself was busy, the result may already be in a socket: it is read before `setImmediate` runs.
  if (millis !== undefined) timer = setTimeout(() => (expiring = setImmediate(expire)), millis)
  try {
    return await Promise.race([work(own.signal), over])
  } finally {
    clearTimeout(timer)
    clearImmediate(expiring)
    signal?.removeEventListener('abort', stop)
  }
}

/** A body whose every chunk arrives in time. However it ends, nothing of it stays open. */
export async function* eachWithin(
  patience: Patience,
  body: Readable | ReadableStream<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const { next, close } = body instanceof Readable ? nodeParts(body) : webParts(body)
  try {
    for (;;) {
      const { done, value } = await within(patience, next)
      if (done || !value) return
      yield value
    }
  } finally {
    // Neither awaited nor left to an iterator: both would wait for a silent body.
    close()
  }
}

interface Parts {
  next(): Promise<{ done?: boolean | undefined; value?: Uint8Array | undefined }>
  close(): void
}

function nodeParts(body: Readable): Parts {
  const parts = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  return { next: () => parts.next(), close: () => void body.destroy() }
}

function webParts(body: ReadableStream<Uint8Array>): Parts {
  const reader = body.getReader()
  return { next: () => reader.read(), close: () => void reader.cancel().catch(() => {}) }
}

function timeoutError(millis = 0): Error {
  return Object.assign(new Error(`no response within ${millis / 1000} s`), { name: 'TimeoutError' })
}
