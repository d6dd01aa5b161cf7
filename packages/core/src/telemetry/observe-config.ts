import type { KithConfig } from '../config.ts'
import type { Storage } from '../storage.ts'
import { observePort } from './observe-port.ts'
import { isObservable, silentTelemetry, type Telemetry } from './telemetry.ts'

/** What a Kith stands on. */
interface Foundation {
  config: KithConfig
  storage: Storage
}

const stores = ['users', 'sessions', 'edges', 'posts', 'media', 'feed'] as const

/** Puts a measure around every port, once. Without telemetry all stays as it is, so it costs nothing. */
export function observeFoundation({ config, storage }: Foundation): Foundation {
  const { telemetry, media, captions, passwords, revocations, rateLimits } = config
  if (telemetry === silentTelemetry) return { config, storage }

  function observe<Port extends object | null | undefined>(port: Port, name: string): Port {
    if (!port) return port
    if (isObservable(port)) port.observe(telemetry)
    return observePort(port, name, telemetry)
  }

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

function observeStorage(storage: Storage, telemetry: Telemetry): Storage {
  if (isObservable(storage)) storage.observe(telemetry)
  const observed = stores.map((name) => [name, observePort(storage[name], `storage.${name}`, telemetry)])
  return Object.assign(Object.create(observePort(storage, 'storage', telemetry)) as Storage, {
    ...(Object.fromEntries(observed) as Partial<Storage>),
  })
}
