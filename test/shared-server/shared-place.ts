import type { LogFields } from '@kith/core'
import type { Checkable, RateLimits, Revocations } from '@kith/core/ports'
import type { Proxy } from '../servers/proxy.ts'
import type { ServerControl } from '../servers/server-process.ts'

/** A line of a log. */
export type LogLine = readonly [message: string, fields: LogFields]

/** How a process reaches the server. */
export interface Reach {
  /** Its own stretch of network. @default the server itself */
  by?: Proxy
  whenUnreachable?: 'open' | 'closed'
}

/** A part of a process, with what it has logged. */
export type Logging<Part> = Part & Checkable & { warnings: LogLine[] }

/** Keys or tables of their own on a server that processes share. What is opened is closed after the tests. */
export interface SharedPlace {
  /** Revocations as one process has them, connected or not. */
  revocations(reach?: Reach): Logging<Revocations>
  /** The same, connected: on a busy machine connecting takes longer than a call may. */
  connected(reach?: Reach): Promise<Logging<Revocations>>
  /** Rate limits as one process has them. */
  rateLimits(reach?: Reach): Promise<Logging<RateLimits>>
  openProxy(): Promise<Proxy>
}

/** The same on a server that can be killed and frozen. */
export interface FailingPlace extends SharedPlace {
  control: ServerControl
}

/** Registers a test: `test` or `test.concurrent` of vitest. */
export type Register = (name: string, run: () => Promise<void>) => void

/** What a rate limit of the tests allows: more than any test uses. */
export const rules: { limit: number; windowSeconds: number }[] = [{ limit: 1_000, windowSeconds: 60 }]
