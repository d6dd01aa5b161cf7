import { bodyCases } from './host/bodies.ts'
import { fileCases } from './host/files.ts'
import { headerCases } from './host/headers.ts'
import type { HostCase } from './host/host-app.ts'
import { routingCases } from './host/routing.ts'

/** What a framework has to get right for Kith to be mounted in it. */
export const hostCases: readonly HostCase[] = [...headerCases, ...bodyCases, ...fileCases, ...routingCases]
