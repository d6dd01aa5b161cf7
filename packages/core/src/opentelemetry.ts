import {
  context,
  metrics as meters,
  type Histogram,
  type Counter,
  type Meter,
  type MeterProvider,
  type Observable as ObservableInstrument,
  type Span,
  SpanStatusCode,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api'
import { isKithError } from './errors.ts'
import { type MetricName, metrics } from './telemetry/metrics.ts'
import { errorType } from './telemetry/observe-port.ts'
import type { Attributes, Reading, Telemetry } from './telemetry/telemetry.ts'

/** Where {@link createOpenTelemetry} sends its data. */
export interface OpenTelemetryOptions {
  /** @default the global one */
  meterProvider?: MeterProvider | undefined
  /** @default the global one */
  tracerProvider?: TracerProvider | undefined
}

/** The name of the meter and the tracer: the scope of everything that Kith measures. */
const scope = '@kith/core'

/** From half a millisecond, for a file on this machine, to half a minute, for a video. */
const boundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/**
 * Telemetry over `@opentelemetry/api`: pass it to `createKith` after the SDK was started. Spans become children of the
 * active one, such as the request of an instrumented server. Errors are recorded by their code or class, never by their
 * message.
 */
export function createOpenTelemetry(options: OpenTelemetryOptions = {}): Telemetry {
  const meter = (options.meterProvider ?? meters).getMeter(scope)
  const tracer = (options.tracerProvider ?? trace).getTracer(scope)
  const instruments = createInstruments(meter)

  return {
    count: (name, by, attributes) => instruments.counter(name).add(by, attributes),
    record: (name, seconds, attributes) => instruments.histogram(name).record(seconds, attributes),
    gauge: (name, read) => instruments.read(name, read),
    span: (name, attributes, work) => runInSpan(tracer, { name, attributes }, work),
  }
}

interface Instruments {
  counter(name: MetricName): Counter
  histogram(name: MetricName): Histogram
  read(name: MetricName, read: () => readonly Reading[]): void
}

function createInstruments(meter: Meter): Instruments {
  const describe = (name: MetricName): { description: string; unit: string } => {
    const { tells, unit } = metrics[name]
    return { description: tells.replaceAll('`', ''), unit }
  }
  const advice = { explicitBucketBoundaries: boundaries }
  const counter = remember((name) => meter.createCounter(name, describe(name)))
  const histogram = remember((name) => meter.createHistogram(name, { ...describe(name), advice }))
  const observable = remember<ObservableInstrument>((name) =>
    metrics[name].kind === 'total'
      ? meter.createObservableCounter(name, describe(name))
      : meter.createObservableGauge(name, describe(name)),
  )
  return {
    counter,
    histogram,
    read(name, read) {
      observable(name).addCallback((result) => {
        for (const { value, attributes } of read()) result.observe(value, attributes)
      })
    },
  }
}

function remember<Instrument>(make: (name: MetricName) => Instrument): (name: MetricName) => Instrument {
  const made = new Map<MetricName, Instrument>()
  return (name) => {
    const found = made.get(name) ?? make(name)
    made.set(name, found)
    return found
  }
}

interface SpanHead {
  name: string
  attributes: Attributes
}

function runInSpan<Result>(tracer: Tracer, { name, attributes }: SpanHead, work: () => Result): Result {
  const span = tracer.startSpan(name, { attributes })
  try {
    const result = context.with(trace.setSpan(context.active(), span), work)
    if (!(result instanceof Promise)) {
      span.end()
      return result
    }
    return result.then(
      (value: unknown) => {
        span.end()
        return value
      },
      (error: unknown) => {
        endFailed(span, error)
        throw error
      },
    ) as Result
  } catch (error) {
    endFailed(span, error)
    throw error
  }
}

/** A client error is not a server error: a 404 does not make a trace red. */
function endFailed(span: Span, error: unknown): void {
  const code = errorType(error)
  span.setAttribute('error.type', code)
  if (!isKithError(error) || error.status >= 500)
    span.setStatus({ code: SpanStatusCode.ERROR, message: code })
  span.end()
}
