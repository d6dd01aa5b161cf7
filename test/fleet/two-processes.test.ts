import { describeFleet } from './describe-fleet.ts'
import { settings, testTwoProcesses } from './two-processes.ts'

await describeFleet('two Express servers and a Fastify server', { settings }, testTwoProcesses)
