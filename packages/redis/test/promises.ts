import {
  rateLimitsCases,
  revocationsCases,
  runCases,
  sharedRateLimitsCases,
  sharedRevocationsCases,
} from '@kith/conformance'
import { test } from 'vitest'
import { openConnected, openRateLimits, type Place } from './instances.ts'

/** Registers the cases of the kit, each with separate keys. */
export function testPromises(freshPlace: () => Place): void {
  runCases(test, revocationsCases, () => openConnected(freshPlace()))
  runCases(test, rateLimitsCases, () => openRateLimits(freshPlace()))
  runCases(test, sharedRevocationsCases, async () => {
    const place = freshPlace()
    return { one: await openConnected(place), other: await openConnected(place) }
  })
  runCases(test, sharedRateLimitsCases, async () => {
    const place = freshPlace()
    return { one: await openRateLimits(place), other: await openRateLimits(place) }
  })
}
