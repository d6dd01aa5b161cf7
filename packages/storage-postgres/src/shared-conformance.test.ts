import {
  rateLimitsCases,
  revocationsCases,
  runCases,
  sharedRateLimitsCases,
  sharedRevocationsCases,
} from '@kith/conformance'
import { describe, test } from 'vitest'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import {
  freshPlace,
  openConnected,
  openConnectedLimits,
  type PostgresPlace,
} from '../test/shared-instances.ts'

await describeWithPostgres('data that processes share on PostgreSQL', {}, (postgres) => {
  describe.each(['pg', 'postgres.js', 'url'] as const)('through %s', (driver) => {
    // The cases use separate keys.
    let place: Promise<PostgresPlace> | null = null
    const placed = (): Promise<PostgresPlace> => (place ??= freshPlace(postgres(), driver))

    runCases(test, revocationsCases, async () => openConnected(await placed()))
    runCases(test, rateLimitsCases, async () => openConnectedLimits(await placed()))
    runCases(test, sharedRevocationsCases, async () => ({
      one: await openConnected(await placed()),
      other: await openConnected(await placed()),
    }))
    runCases(test, sharedRateLimitsCases, async () => ({
      one: await openConnectedLimits(await placed()),
      other: await openConnectedLimits(await placed()),
    }))
  })
})
