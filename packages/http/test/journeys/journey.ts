import { type JourneyApp, openJourneyApp } from './journey-app.ts'
import type { JourneyHost, JourneySetup } from './journey-host.ts'

/** One way through the HTTP side of Kith, as data without a test runner. */
export interface Journey {
  /** What lists and reports call it. */
  readonly id: string
  /** The promise in words. */
  readonly title: string
  /**
   * What of it can differ between hosts: such a journey runs on every host. The others prove rules of Kith, which are the
   * same on each, and run on the Fetch handler.
   */
  readonly host?: string | undefined
  /** Options of the Kith it needs. */
  readonly setup?: JourneySetup | undefined
  /** Rejects if the promise is broken. */
  run(app: JourneyApp): Promise<void>
}

/** Runs a journey in an app of its own. */
export async function runJourney({ run, setup }: Journey, host: JourneyHost): Promise<void> {
  const app = await openJourneyApp(host, setup)
  try {
    await run(app)
  } finally {
    await app.close()
  }
}
