import { setTimeout as wait } from 'node:timers/promises'
import type { S3Client } from '@aws-sdk/client-s3'
import { type Patience, within } from '@kith/core/adapter'
import { statusOf } from './s3-errors.ts'

/** The longest that one request may take, with all tries of the client, and that a body may keep silent. */
const patienceMillis = 10_000
export const patience: Patience = Object.freeze({ millis: patienceMillis })

/** How long is waited after a conflict. */
const conflictMillis: readonly number[] = [100, 400]

/** The client of the caller, each of whose requests ends in time, whatever its own settings are. */
export function boundRequests(client: S3Client): S3Client {
  const send = (command: Parameters<S3Client['send']>[0]): Promise<unknown> =>
    // Also where the signal is not listened to: between its tries the client does not.
    within(patience, (abortSignal) => pastConflicts(() => client.send(command, { abortSignal }), abortSignal))
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
