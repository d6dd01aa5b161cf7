import type { JourneyApp } from './journey-app.ts'
import type { JourneySetup } from './journey-host.ts'

/** One way through the HTTP side of Kith, as data without a test runner. */
export interface Journey {
  /** The promise in words. */
  readonly name: string
  /** Options of the Kith it needs. */
  readonly setup?: JourneySetup | undefined
  /** Rejects if the promise is broken. */
  run(app: JourneyApp): Promise<void>
}
