import type { Case } from './case.ts'
import { bodyCases } from './host/bodies.ts'
import { fileCases } from './host/files.ts'
import { headerCases } from './host/headers.ts'
import type { Host } from './host/host.ts'
import { routingCases } from './host/routing.ts'

/** What a framework has to do right for Kith to be mounted in it. */
export const hostCases: readonly Case<Host>[] = [...headerCases, ...bodyCases, ...fileCases, ...routingCases]
