import type { KithConfig } from '../config.ts'
import { createEventLoopWatch } from '../health/event-loop-watch.ts'
import type { Storage, Stores } from '../storage.ts'
import { observePort } from './observe-port.ts'
import { isObservable, silentTelemetry, type Telemetry } from './telemetry.ts'

/** The ports of a Kith. */
interface Foundation {
  config: KithConfig
  storage: Storage
}

/** Wraps every port in measurements, once. Without telemetry nothing changes, so it costs nothing. */
export function observeFoundation({ config, storage }: Foundation): Foundation {
  const { telemetry, media, captions, passwords, revocations, rateLimits } = config
  if (telemetry === silentTelemetry) return { config, storage }

  function observe<Port extends object | null | undefined>(port: Port, name: string): Port {
    if (!port) return port
    if (isObservable(port)) port.observe(telemetry)
    return observePort(port, name, telemetry)
  }

  observeEventLoop(telemetry)
  for (const port of [media.images, media.videos]) if (port && isObservable(port)) port.observe(telemetry)
  return {
    storage: observeStorage(storage, telemetry),
    config: Object.freeze({
      ...config,
      revocations: observe(revocations, 'revocations'),
      rateLimits: observe(rateLimits, 'rateLimits'),
      passwords: Object.freeze({ ...passwords, breached: observe(passwords.breached, 'breached') }),
      captions: Object.freeze({ ...captions, writer: observe(captions.writer, 'captions') }),
      media: Object.freeze({
        ...media,
        blobs: observe(media.blobs, 'blobs'),
        direct: observe(media.direct, 'direct'),
      }),
    }),
  }
}

/** Each store under its own name, and the storage's own calls under that of the storage. */
function observeStorage(storage: Storage, telemetry: Telemetry): Storage {
  if (isObservable(storage)) storage.observe(telemetry)
  const within = storage.within?.bind(storage)
  const observed = observeStores(observePort(storage, 'storage', telemetry), telemetry)
  if (!within) return observed
  // Nothing to time; its result is observed like the rest.
  const value: Storage['within'] = (transaction) => {
    const stores = within(transaction)
    return observeStores(Object.create(stores) as Stores, telemetry)
  }
  return Object.defineProperty(observed, 'within', { value, enumerable: true, configurable: true })
}

/** Wraps each store, in an object that inherits from them. */
function observeStores<Observed extends Stores>(observed: Observed, telemetry: Telemetry): Observed {
  const stores = Object.getPrototypeOf(observed) as object
  for (const [name, store] of Object.entries(stores) as [string, unknown][]) {
    if (typeof store !== 'object' || store === null) continue
    const value = observePort(store, `storage.${name}`, telemetry)
    Object.defineProperty(observed, name, { value, enumerable: true, configurable: true })
  }
  return observed
}

/** Exposes how long the event loop is blocked as a gauge. */
function observeEventLoop(telemetry: Telemetry): void {
  const watch = createEventLoopWatch()
  watch.longest()
  telemetry.gauge('kith.event_loop.delay', () => [{ value: watch.longest() ?? 0, attributes: {} }])
}
