import { setTimeout as wait } from 'node:timers/promises'
import { explain, unavailable } from './imagekit-errors.ts'

/** The longest that one call may take, with all tries of the client, and that a body may keep silent. */
const patienceMillis = 10_000

/** What goes along with each request. */
export interface RequestTerms {
  signal: AbortSignal
  /** Of one try, in milliseconds: without it the client would stop a long upload. */
  timeout: number
  /** Nothing is followed elsewhere. Without this `fetch` also keeps all that it has sent, for the case that it is. */
  fetchOptions: { redirect: 'error' }
}

/** How long a call may take. */
export interface Patience {
  /** @default 10 seconds @reason A host that is down holds up a request no longer. */
  millis?: number | undefined
  /** Ends the wait earlier. @default never */
  signal?: AbortSignal | undefined
}

/** Asks ImageKit, and waits no longer than told. @throws media-unavailable, storage-failed instead of what its client throws */
export async function atImageKit<Answer>(
  ask: (terms: RequestTerms) => PromiseLike<Answer>,
  { millis = patienceMillis, signal = new AbortController().signal }: Patience = {},
): Promise<Answer> {
  signal.throwIfAborted()
  try {
    return await inTime(
      (own) =>
        ask({ signal: AbortSignal.any([own, signal]), timeout: millis, fetchOptions: { redirect: 'error' } }),
      {
        millis,
        signal,
      },
    )
  } catch (error) {
    signal.throwIfAborted()
    throw explain(error)
  }
}

/** A body whose every part comes in time. However it ends, nothing of it stays open. */
export async function* boundBody(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  const signal = new AbortController().signal
  try {
    for (;;) {
      const { done, value } = await inTime(() => reader.read(), { millis: patienceMillis, signal })
      if (done) return
      yield value
    }
  } catch (error) {
    throw unavailable(error)
  } finally {
    // Not waited for: a body that is silent does not end.
    reader.cancel().catch(() => null)
  }
}

/** Waits no longer, also where the signal is not listened to: between its tries the client does not. */
async function inTime<Answer>(
  ask: (signal: AbortSignal) => PromiseLike<Answer>,
  { millis, signal }: Required<Patience> & { millis: number; signal: AbortSignal },
): Promise<Answer> {
  const asking = new AbortController()
  const answered = new AbortController()
  const end = AbortSignal.any([answered.signal, signal])
  try {
    return await Promise.race([ask(asking.signal), tooLong(millis, end)])
  } catch (error) {
    asking.abort()
    throw error
  } finally {
    answered.abort()
  }
}

async function tooLong(millis: number, signal: AbortSignal): Promise<never> {
  await wait(millis, null, { signal, ref: false })
  throw Object.assign(new Error(`no answer within ${millis / 1000} s`), { name: 'TimeoutError' })
}
