import type { LogFields } from '@kith/core'
import type { Checkable, RateLimits, Revocations } from '@kith/core/ports'
import type { Proxy } from '../servers/proxy.ts'
import type { ServerControl } from '../servers/server-process.ts'

/** A line of a log. */
export type LogLine = readonly [message: string, fields: LogFields]

/** How a process reaches the server. */
export interface Reach {
  /** Its own network connection. @default the server itself */
  by?: Proxy
  whenUnreachable?: 'open' | 'closed'
}

/** A part of a process, with its log lines. */
export type Logging<Part> = Part & Checkable & { warnings: LogLine[] }

/** Separate keys or tables on a server that processes share. Everything opened is closed after the tests. */
export interface SharedPlace {
  /** The revocations of one process, connected or not. */
  revocations(reach?: Reach): Logging<Revocations>
  /** The same, connected: on a busy machine connecting takes longer than a call may. */
  connected(reach?: Reach): Promise<Logging<Revocations>>
  /** The rate limits of one process. */
  rateLimits(reach?: Reach): Promise<Logging<RateLimits>>
  openProxy(): Promise<Proxy>
}

/** The same on a server that can be killed and frozen. */
export interface FailingPlace extends SharedPlace {
  control: ServerControl
}

/** Registers a test: `test` or `test.concurrent` of vitest. */
export type Register = (name: string, run: () => Promise<void>) => void

/** A rate limit that no test exceeds. */
export const rules: { limit: number; windowSeconds: number }[] = [{ limit: 1_000, windowSeconds: 60 }]
