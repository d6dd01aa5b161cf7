import { hostCases, runCases } from '@kith/conformance'
import { test } from 'vitest'
import { type Journey, runJourney } from './journey.ts'
import type { JourneyHost } from './journey-host.ts'
import { journeysOfHosts } from './journeys.ts'

/** Registers the given journeys, by default all that a host could break. */
export function testHost(host: JourneyHost, journeys: readonly Journey[] = journeysOfHosts): void {
  runCases(test, hostCases, async () => host)
  for (const journey of journeys) test(`${journey.id}: ${journey.title}`, () => runJourney(journey, host))
}
