import { setTimeout as wait } from 'node:timers/promises'
import { RetryLaterError } from '@kith/core'
import type { Revocations } from '@kith/core/ports'
import { expect } from 'vitest'

// Helpers for the mirrors of a denylist that processes share through Redis or PostgreSQL.

export { wait }

/** How long a mirror is trusted without contact to the server. */
export const leaseMillis = 1_000

/** The maximum duration of a request before it is refused, in milliseconds. */
export const refusalMillis = 2_500

/** Waits until it passes; a rejection means not yet. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const start = performance.now(); performance.now() - start < 20_000; await wait(2)) {
    if (await (async () => holds())().catch(() => false)) return
  }
  throw new Error(`This did not become true within 20 seconds: ${holds}`)
}

/** Whether checks use the memory. */
export function trusts(revocations: Revocations): boolean {
  const answer = revocations.isRevoked('nobody')
  if (typeof answer === 'boolean') return true
  answer.catch(() => {})
  return false
}

/** Waits until checks use the memory. */
export async function untilTrusted(...all: Revocations[]): Promise<void> {
  await until(() => all.every((each) => trusts(each)))
}

/** Waits until checks ask the server. */
export async function untilUntrusted(revocations: Revocations): Promise<void> {
  await until(() => !trusts(revocations))
}

/** The end of an entry, a minute from now. */
export function inAMinute(): Date {
  return new Date(Date.now() + 60_000)
}

/** How long a call took, and its result or its error. */
export async function timed<Answer>(
  call: () => Answer | Promise<Answer>,
): Promise<{ millis: number; value?: Answer; error?: unknown }> {
  const start = performance.now()
  try {
    const value = await call()
    return { millis: performance.now() - start, value }
  } catch (error) {
    return { millis: performance.now() - start, error }
  }
}

/** Calls 20 times concurrently: each call must be refused in time, with an error that allows a retry. */
export async function demandRefusals(call: () => Promise<unknown> | boolean): Promise<void> {
  const answers = await Promise.all(Array.from({ length: 20 }, () => timed(call)))
  for (const { millis, error } of answers) {
    expect(error).toBeInstanceOf(RetryLaterError)
    expect(error).toMatchObject({ code: 'storage-unavailable', status: 503, retryAfterSeconds: 1 })
    expect(millis).toBeLessThan(refusalMillis)
  }
}

/** Asserts that a process with a trusted mirror denies all of these. */
export async function demandKnown(revocations: Revocations, ids: readonly string[]): Promise<void> {
  await untilTrusted(revocations)
  expect(ids.filter((id) => revocations.isRevoked(id) !== true)).toEqual([])
}
