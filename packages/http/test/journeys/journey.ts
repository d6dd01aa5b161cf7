import { type JourneyApp, openJourneyApp } from './journey-app.ts'
import type { JourneyHost, JourneySetup } from './journey-host.ts'

/** A scenario for the HTTP side of Kith, as data without a test runner. */
export interface Journey {
  /** The name for lists and reports. */
  readonly id: string
  /** The promise in words. */
  readonly title: string
  /**
   * What may differ between hosts: such a journey runs on every host. The others test rules of Kith that are the
   * same on each host, and run on the Fetch handler.
   */
  readonly host?: string | undefined
  /** Additional options of Kith. */
  readonly setup?: JourneySetup | undefined
  /** Rejects if the promise is broken. */
  run(app: JourneyApp): Promise<void>
}

/** Runs a journey in its own app. */
export async function runJourney({ run, setup }: Journey, host: JourneyHost): Promise<void> {
  const app = await openJourneyApp(host, setup)
  try {
    await run(app)
  } finally {
    await app.close()
  }
}
