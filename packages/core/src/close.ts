import type { KithConfig } from './config.ts'
import { forgetKith } from './known-kiths.ts'
import type { Steps } from './steps.ts'
import type { Storage } from './storage.ts'

/** How a process shuts down. */
export interface Closing {
  /** From now on this process reports that it is not ready; everything keeps working. */
  drain(): void
  isDraining(): boolean
  /** Stops jobs, then closes everything passed to Kith that can be closed, the storage last. Idempotent. */
  close(): Promise<void>
}

/** Creates the shutdown of one Kith instance. */
export function createClosing(config: KithConfig, storage: Storage, steps: Steps): Closing {
  const { images, videos } = config.media
  const { email, sms } = config.messages
  let draining = false
  let closed: Promise<void> | null = null

  async function closeAll(): Promise<void> {
    draining = true
    await steps.stop()
    await Promise.all([images, videos, email, sms, config.revocations, config.rateLimits].map(closeOne))
    forgetKith(config)
    await storage.close()
    config.log.flush()
  }

  async function closeOne(part: { close?(): Promise<void> } | null | undefined): Promise<void> {
    try {
      await part?.close?.()
    } catch (error) {
      config.log.warn('process.part-not-closed', { error })
    }
  }

  return {
    drain: () => void (draining = true),
    isDraining: () => draining,
    close: () => (closed ??= closeAll()),
  }
}
