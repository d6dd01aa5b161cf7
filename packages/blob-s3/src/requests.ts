import { setTimeout as wait } from 'node:timers/promises'
import type { S3Client } from '@aws-sdk/client-s3'
import { statusOf } from './s3-errors.ts'

/** The longest that one request may take, with all tries of the client, and that a body may keep silent. */
const patienceMillis = 10_000

/** How long is waited after a conflict. */
const conflictMillis: readonly number[] = [100, 400]

/** The client of the caller, each of whose requests ends in time, whatever its own settings are. */
export function boundRequests(client: S3Client): S3Client {
  const send = (command: Parameters<S3Client['send']>[0]): Promise<unknown> =>
    inTime((abortSignal) => pastConflicts(() => client.send(command, { abortSignal }), abortSignal))
  // Built on the caller's client, which stays as it is.
  return Object.create(client, { send: { value: send } }) as S3Client
}

/** Asks again after a 409, which the client does not: another request for the same object was just being carried out. */
async function pastConflicts<Answer>(ask: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  for (const millis of conflictMillis) {
    try {
      return await ask()
    } catch (error) {
      if (statusOf(error) !== 409) throw error
      await wait(millis, null, { signal })
    }
  }
  return await ask()
}

/** A body whose every part comes in time. However it ends, nothing of it stays open. */
export async function* boundBody(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const parts = body[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { done, value } = await inTime(() => parts.next())
      if (done) return
      yield value
    }
  } finally {
    // Not waited for: a body that is silent does not end.
    if ('destroy' in body && typeof body.destroy === 'function') body.destroy()
  }
}

/** Waits no longer, also where the signal is not listened to: between its tries the client does not. */
async function inTime<Answer>(ask: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
  const asking = new AbortController()
  const answered = new AbortController()
  try {
    return await Promise.race([ask(asking.signal), tooLong(answered.signal)])
  } catch (error) {
    asking.abort()
    throw error
  } finally {
    answered.abort()
  }
}

async function tooLong(signal: AbortSignal): Promise<never> {
  await wait(patienceMillis, null, { signal, ref: false })
  throw Object.assign(new Error(`no answer within ${patienceMillis / 1000} s`), { name: 'TimeoutError' })
}
