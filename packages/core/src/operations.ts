import { createClosing } from './close.ts'
import type { Core } from './core.ts'
import type { Kith } from './kith.ts'
import type { Checkable } from './health/check.ts'
import { createHealth } from './health/health.ts'
import { createReady } from './health/ready.ts'
import type { KithOptions } from './options.ts'
import { createOutbox } from './outbox/outbox.ts'
import { createRestored } from './sessions/restored.ts'

type Operations = Pick<Kith, 'outbox' | 'restored' | 'health' | 'ready' | 'settled' | 'drain' | 'close'>

/** Services for operators. */
export function createOperations(
  core: Core,
  { storage, media, messages, revocations, rateLimits, checks }: KithOptions,
): Operations {
  const { config, steps, mediaPlace } = core
  const closing = createClosing(config, storage, steps)
  return {
    outbox: createOutbox(core),
    restored: createRestored(core.storage, steps),
    health: createHealth({
      passwords: core.passwords,
      images: config.media.images,
      videos: config.media.videos,
    }),
    ready: createReady({
      // The ports as the app passed them: the observed wrappers are not the ones to query.
      parts: {
        storage,
        blobs: mediaPlace.check ? mediaPlace : (media?.blobs ?? null),
        revocations: revocations ?? null,
        rateLimits: rateLimits ?? null,
        email: messages?.email ?? null,
        sms: messages?.sms ?? null,
        ...ownChecks(checks),
      },
      isDraining: closing.isDraining,
      log: config.log,
    }),
    async settled() {
      await Promise.all([core.clearing.settled(), core.outgoing.settled()])
    },
    drain: closing.drain,
    close: closing.close,
  }
}

/** The app's own checks as parts, next to those of Kith. */
function ownChecks(checks: KithOptions['checks'] = {}): Record<string, Checkable> {
  const parts: Record<string, Checkable> = {}
  for (const [name, check] of Object.entries(checks)) parts[name] = { check }
  return parts
}
