import { createFetchHost, journeys, runJourneys } from '@kith/conformance'
import { createMemoryStorage } from '@kith/core/memory'
import { describe, test } from 'vitest'

describe('Fetch handler', () =>
  runJourneys(
    test,
    journeys,
    createFetchHost(async () => createMemoryStorage()),
  ))
