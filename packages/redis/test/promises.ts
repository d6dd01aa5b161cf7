import {
  rateLimitsCases,
  revocationsCases,
  runCases,
  sharedRateLimitsCases,
  sharedRevocationsCases,
} from '@kith/conformance'
import { test } from 'vitest'
import { openRateLimits, openRevocations, type Place } from './instances.ts'

/** Registers the cases of the kit, each with keys of its own. */
export function testPromises(freshPlace: () => Place): void {
  runCases(test, revocationsCases, async () => openRevocations(freshPlace()))
  runCases(test, rateLimitsCases, async () => openRateLimits(freshPlace()))
  runCases(test, sharedRevocationsCases, async () => {
    const place = freshPlace()
    return { one: openRevocations(place), other: openRevocations(place) }
  })
  runCases(test, sharedRateLimitsCases, async () => {
    const place = freshPlace()
    return { one: openRateLimits(place), other: openRateLimits(place) }
  })
}
