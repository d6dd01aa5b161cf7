import type { CounterName, DurationName, GaugeName } from './metrics.ts'

/**
 * The attributes of a measurement. Each has few values: a route, a verb, a code; never an id or anything that a client
 * sent.
 */
export type Attributes = Readonly<Record<string, string | number | boolean>>

/** One reading of a gauge. */
export interface Reading {
  value: number
  attributes: Attributes
}

/**
 * Receives Kith's counts and durations: `createOpenTelemetry()` of `@kith/core/opentelemetry`, or your own. No method
 * throws or waits, and none receives secrets. {@link metrics} explains the names.
 */
export interface Telemetry {
  count(name: CounterName, by: number, attributes: Attributes): void
  record(name: DurationName, seconds: number, attributes: Attributes): void
  /** Calls `read` at each collection. It returns no readings if there is nothing to report. */
  gauge(name: GaugeName, read: () => readonly Reading[]): void
  /**
   * Runs `work` inside a span, which ends when the promise that `work` returns settles, or immediately if it returns
   * something else. Spans that `work` opens become its children, also across awaits. Passes on what `work` returns or
   * throws.
   */
  span<Result>(name: string, attributes: Attributes, work: () => Result): Result
}

/** Measures nothing. */
export const silentTelemetry: Telemetry = Object.freeze<Telemetry>({
  count() {},
  record() {},
  gauge() {},
  span: (_name, _attributes, work) => work(),
})

/** A part that measures itself, such as a pool of processes. */
export interface Observable {
  /** Called once, when a Kith with telemetry is created. */
  observe(telemetry: Telemetry): void
}

/** Whether a port measures itself. */
export function isObservable<Port extends object>(port: Port): port is Port & Observable {
  return 'observe' in port && typeof port.observe === 'function'
}
