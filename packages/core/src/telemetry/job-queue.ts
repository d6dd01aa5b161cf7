import type { FairQueue } from '../fair-queue.ts'
import { withError } from './observe-port.ts'
import { silentTelemetry, type Telemetry } from './telemetry.ts'

/** Times a job of a queue, from the call to its end, and makes it a span. */
export function observeJob<Result>(
  telemetry: Telemetry,
  { queue, verb }: { queue: string; verb: string },
  work: () => Promise<Result>,
): Promise<Result> {
  if (telemetry === silentTelemetry) return work()
  const attributes = { 'kith.queue': queue, 'kith.verb': verb }
  const start = performance.now()
  const seconds = (): number => (performance.now() - start) / 1000
  return telemetry.span(`${queue}.${verb}`, attributes, async () => {
    try {
      const result = await work()
      telemetry.record('kith.job.duration', seconds(), attributes)
      return result
    } catch (error) {
      telemetry.record('kith.job.duration', seconds(), withError(attributes, error))
      throw error
    }
  })
}

/** Exposes the length of a queue as a gauge. */
export function observeQueue(telemetry: Telemetry, name: string, { load }: Pick<FairQueue, 'load'>): void {
  const attributes = { 'kith.queue': name }
  telemetry.gauge('kith.queue.waiting', () => [{ value: load().waiting, attributes }])
  telemetry.gauge('kith.queue.running', () => [{ value: load().running, attributes }])
  telemetry.gauge('kith.queue.refused', () => [{ value: load().refused, attributes }])
}

/** Measures the jobs of a queue that is created before its telemetry is known. */
export interface JobObserver {
  run<Result>(verb: string, work: () => Promise<Result>): Promise<Result>
  observe(telemetry: Telemetry, queue: string): void
}

/** Creates one that measures nothing yet. */
export function createJobObserver(fairQueue: Pick<FairQueue, 'load'>): JobObserver {
  let telemetry = silentTelemetry
  let queue = ''
  return {
    run: (verb, work) => observeJob(telemetry, { queue, verb }, work),
    observe(given, name) {
      telemetry = given
      queue = name
      observeQueue(telemetry, queue, fairQueue)
    },
  }
}
