import type { RegisterTest } from '../case.ts'
import type { Journey } from './journey.ts'
import { openJourneyApp } from './journey-app.ts'
import type { JourneyHost } from './journey-host.ts'

/** Registers every journey as one test, each with an app of its own. */
export function runJourneys(test: RegisterTest, journeys: readonly Journey[], host: JourneyHost): void {
  for (const { name, setup, run } of journeys) {
    test(name, async () => {
      const app = await openJourneyApp(host, setup)
      try {
        await run(app)
      } finally {
        await app.close()
      }
    })
  }
}
