import type { CounterName, DurationName, GaugeName } from './metrics.ts'

/** What a measurement belongs to. Each has few values: a route, a verb, a code; never an id or anything that a client sent. */
export type Attributes = Readonly<Record<string, string | number | boolean>>

/** One reading of a gauge. */
export interface Reading {
  value: number
  attributes: Attributes
}

/**
 * Where Kith counts and times what it does: `createOpenTelemetry()` of `@kith/core/opentelemetry`, or one of the host's own.
 * No method throws or waits, and none is given anything secret. {@link metrics} says what the names mean.
 */
export interface Telemetry {
  count(name: CounterName, by: number, attributes: Attributes): void
  record(name: DurationName, seconds: number, attributes: Attributes): void
  /** Has `read` called at each collection. It returns no readings where there is nothing to say. */
  gauge(name: GaugeName, read: () => readonly Reading[]): void
  /**
   * Runs `work` inside of a span, which ends when the promise that `work` returns settles, or immediately where it returns
   * something else. Spans that `work` opens become its children, also across awaits. Passes on what `work` returns or throws.
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
