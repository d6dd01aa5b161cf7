import type { Clock } from '../id.ts'
import type { UpkeepReport } from '../upkeep/upkeep-report.ts'
import { withError } from './observe-port.ts'
import type { Telemetry } from './telemetry.ts'

/** Measures upkeep. */
export interface UpkeepObserver {
  /** Runs a step, which reports failures with `fail`. */
  step<Result>(name: string, work: (fail: (error: unknown) => void) => Promise<Result>): Promise<Result>
  /** A run has ended. */
  done(report: UpkeepReport): void
}

/** Creates the observer of the upkeep of one Kith instance. */
export function createUpkeepObserver(telemetry: Telemetry, clock: Clock): UpkeepObserver {
  let lastSuccess: number | null = null
  telemetry.gauge('kith.upkeep.last_success', () =>
    lastSuccess === null ? [] : [{ value: lastSuccess, attributes: {} }],
  )

  return {
    async step(name, work) {
      const attributes = { 'kith.step': name }
      const start = performance.now()
      let outcome: Readonly<Record<string, string | number | boolean>> = attributes
      const fail = (error: unknown): void => void (outcome = withError(attributes, error))
      try {
        return await telemetry.span(`upkeep.${name}`, attributes, () => work(fail))
      } catch (error) {
        fail(error)
        throw error
      } finally {
        telemetry.record('kith.upkeep.step.duration', (performance.now() - start) / 1000, outcome)
      }
    },
    done({ failed, ...counts }) {
      for (const [item, count] of Object.entries(counts)) {
        if (typeof count === 'number') telemetry.count('kith.upkeep.items', count, { 'kith.item': item })
      }
      if (failed.length === 0) lastSuccess = clock().getTime() / 1000
    },
  }
}
