import { type AnyKithError, isKithError, isRetryLater } from '../errors.ts'
import { createMemoryRateLimits } from '../memory/memory-rate-limits.ts'
import type { Limit, RateLimits } from '../sessions/rate-limits.ts'
import { createReach, type ReachOptions } from './reach.ts'
import type { WhenUnreachable } from './when-unreachable.ts'

/** Counters on a server that several processes share. */
export interface Counters {
  /** As `RateLimits.hit`: resolves to 0, or to the milliseconds for which the attempt is refused. */
  hit(key: string, limits: readonly Limit[], now: Date): Promise<number>
  reset(keys: readonly string[]): Promise<void>
}

/** The dependencies of {@link createSharedRateLimits}. */
export interface SharedRateLimitsParts extends ReachOptions {
  counters: Counters
  whenUnreachable: WhenUnreachable
  /** The server is full, or attempts pass uncounted. Called once for each detail. */
  warn(reason: 'full' | 'uncounted', problem: { detail: string; error: unknown }): void
}

interface Otherwise<Answer> {
  full(): Promise<Answer>
  unreachable: Answer
}

/**
 * Creates rate limits on counters that several processes share. While the server is full, each process counts
 * separately.
 */
export function createSharedRateLimits(parts: SharedRateLimitsParts): RateLimits {
  const { counters, whenUnreachable, toKithError } = parts
  const reach = createReach(parts)
  const own = createMemoryRateLimits()
  const told = new Set<string>()

  function warn(reason: 'full' | 'uncounted', { detail, title, cause: error }: AnyKithError): void {
    const text = detail ?? `${title}.`
    if (told.has(text)) return
    told.add(text)
    parts.warn(reason, { detail: text, error })
  }

  /** Makes the call, or falls back if the server cannot be used and that must not refuse anyone. */
  async function tryTo<Answer>(call: () => Promise<Answer>, otherwise: Otherwise<Answer>): Promise<Answer> {
    try {
      return await reach(call)
    } catch (error) {
      if (isKithError(error) && error.code === 'storage-full') {
        warn('full', error)
        return await otherwise.full()
      }
      if (whenUnreachable === 'closed' || !isRetryLater(error)) throw error
      warn('uncounted', toKithError(error))
      return otherwise.unreachable
    }
  }

  return {
    async hit(key, limits, now) {
      if (limits.length === 0) return { allowed: true, retryAfterSeconds: 0 }
      const count = async (): Promise<{ allowed: boolean; retryAfterSeconds: number }> => {
        const left = await counters.hit(key, limits, now)
        return { allowed: left === 0, retryAfterSeconds: Math.ceil(left / 1000) }
      }
      const unreachable = { allowed: true, retryAfterSeconds: 0 }
      return await tryTo(count, { full: () => own.hit(key, limits, now), unreachable })
    },
    async reset(keys) {
      await own.reset(keys)
      if (keys.length === 0) return
      await tryTo(() => counters.reset(keys), { full: () => Promise.resolve(), unreachable: undefined })
    },
  }
}
