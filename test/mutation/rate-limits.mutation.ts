import { rateLimitsCases, runCases } from '@kith/conformance'
import { createMemoryRateLimits } from '@kith/core/memory'
import { test } from 'vitest'

runCases(test, rateLimitsCases, async () => createMemoryRateLimits())
