import { isKithError } from '../errors.ts'
import { type Attributes, silentTelemetry, type Telemetry } from './telemetry.ts'

/** Methods that return from memory: `url` always, so it is not wrapped; `isRevoked` mostly, so it is not a span. */
const leftAlone: ReadonlySet<string> = new Set(['url', 'observe'])
const withoutSpan: ReadonlySet<string> = new Set(['isRevoked'])

/** Times each call of a port under its name, and makes it a span. */
export function observePort<Port extends object>(port: Port, name: string, telemetry: Telemetry): Port {
  return wrapMethods(port, (verb, call) => {
    const attributes = Object.freeze({ 'kith.port': name, 'kith.verb': verb })
    const timedCall: Method = (...values) => timed(telemetry, attributes, () => call(...values))
    if (withoutSpan.has(verb)) return timedCall
    return (...values) => telemetry.span(`${name}.${verb}`, attributes, () => timedCall(...values))
  })
}

/** Makes each call of a service a span, named as an app calls it: `kith.posts.create`. */
export function traceServices<Services extends Readonly<Record<string, object>>>(
  services: Services,
  telemetry: Telemetry,
): Services {
  if (telemetry === silentTelemetry) return services
  const traced = Object.entries(services).map(([name, service]) => {
    const wrap =
      (verb: string, call: Method): Method =>
      (...values) =>
        telemetry.span(`kith.${name}.${verb}`, {}, () => call(...values))
    return [name, wrapMethods(service, wrap)]
  })
  return Object.fromEntries(traced) as Services
}

/** The name of an error in metrics and spans: the code of a Kith error, otherwise its class. Never its message. */
export function errorType(error: unknown): string {
  if (isKithError(error)) return error.code
  return error instanceof Error ? error.constructor.name : typeof error
}

/** Adds the failure to its attributes. */
export function withError(attributes: Attributes, error: unknown): Attributes {
  return { ...attributes, 'error.type': errorType(error) }
}

type Method = (...values: unknown[]) => unknown

/** An object that inherits from `target`, with wrapped methods: fields and type guards work as before. */
function wrapMethods<Target extends object>(
  target: Target,
  wrap: (verb: string, call: Method) => Method,
): Target {
  const wrapped = Object.create(target) as Target
  for (const verb of methodNames(target)) {
    const value = wrap(verb, (target as Record<string, Method>)[verb]?.bind(target) as Method)
    // Not assigned: a frozen target would refuse that.
    Object.defineProperty(wrapped, verb, { value, enumerable: true, configurable: true })
  }
  return wrapped
}

/** Including those of its class. */
function methodNames(target: object): Set<string> {
  const names = new Set<string>()
  for (let at = target; at !== Object.prototype && at !== null; at = Object.getPrototypeOf(at) as object) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (typeof value === 'function' && name !== 'constructor' && !leftAlone.has(name)) names.add(name)
    }
  }
  return names
}

/** A result without a promise costs next to nothing and is not recorded. */
function timed(telemetry: Telemetry, attributes: Attributes, call: () => unknown): unknown {
  const start = performance.now()
  const result = call()
  if (!(result instanceof Promise)) return result
  function record(outcome: Attributes): void {
    telemetry.record('kith.call.duration', (performance.now() - start) / 1000, outcome)
  }
  return result.then(
    (value: unknown) => {
      record(attributes)
      return value
    },
    (error: unknown) => {
      record(withError(attributes, error))
      throw error
    },
  )
}
