import { isRetryLater } from '@kith/core'
import { createReach } from '@kith/core/adapter'
import type { SharedSettings } from './shared-options.ts'
import { adviceOn, toSharedError } from './shared-error.ts'

/**
 * Creates a check. The problem is the detail of its error; with `open`, where the app continues without the server, it
 * is a warning.
 */
export function createSharedCheck(
  { whenUnreachable }: SharedSettings,
  call: () => Promise<unknown>,
): () => Promise<string | null> {
  // A separate check: while requests find the server silent, theirs fails without a call.
  const reach = createReach({ server: 'PostgreSQL', toKithError: toSharedError })
  return async () => {
    try {
      await reach(call)
      return null
    } catch (error) {
      if (whenUnreachable === 'closed' || !isRetryLater(error)) throw error
      return `${adviceOn(error)} Meanwhile the app continues without it.`
    }
  }
}
