import { RetryLaterError } from '@kith/core'
import { expect } from 'vitest'
import type { PostgresRevocations } from '../src/index.ts'
import { timed, untilTrusted } from './shared-instances.ts'

/** What a request may take before it is refused, in milliseconds. */
export const refusalMillis = 2_500

/** Asks 20 times concurrently: each is refused in time, as something to be tried again. */
export async function demandRefusals(call: () => Promise<unknown> | boolean): Promise<void> {
  const answers = await Promise.all(Array.from({ length: 20 }, () => timed(call)))
  for (const { millis, error } of answers) {
    expect(error).toBeInstanceOf(RetryLaterError)
    expect(error).toMatchObject({ code: 'storage-unavailable', status: 503, retryAfterSeconds: 1 })
    expect(millis).toBeLessThan(refusalMillis)
  }
}

/** Demands that a process that trusts its mirror denies all of these. */
export async function demandKnown(revocations: PostgresRevocations, ids: readonly string[]): Promise<void> {
  await untilTrusted(revocations)
  expect(ids.filter((id) => revocations.isRevoked(id) !== true)).toEqual([])
}
