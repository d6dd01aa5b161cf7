import { setTimeout as wait } from 'node:timers/promises'
import type { S3Client } from '@aws-sdk/client-s3'
import { type Patience, within } from '@kith/core/adapter'
import { statusOf } from './s3-errors.ts'

/** The maximum duration of a request, including the client's retries, and of a pause in a body. */
const patienceMillis = 10_000
export const patience: Patience = Object.freeze({ millis: patienceMillis })

/** The delay after a conflict. */
const conflictMillis: readonly number[] = [100, 400]

/** The caller's client, with a time limit for each request, whatever its own settings. */
export function boundRequests(client: S3Client): S3Client {
  const send = (command: Parameters<S3Client['send']>[0]): Promise<unknown> =>
    // Even if the signal is not observed: between its attempts the client does not.
    within(patience, (abortSignal) => pastConflicts(() => client.send(command, { abortSignal }), abortSignal))
  // Derived from the caller's client, which is not changed.
  return Object.create(client, { send: { value: send } }) as S3Client
}

/** Retries after a 409, which the client does not: another request for the same object was in progress. */
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
