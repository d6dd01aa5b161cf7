import { describePostgresFleet } from './describe-fleet.ts'
import { settings, testTwoProcesses } from './two-processes.ts'

await describePostgresFleet(
  'two Express servers and a Fastify server on PostgreSQL alone',
  { settings },
  testTwoProcesses,
)
