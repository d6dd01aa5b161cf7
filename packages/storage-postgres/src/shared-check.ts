import { isRetryLater } from '@kith/core'
import { createReach } from '@kith/core/adapter'
import type { SharedSettings } from './shared-options.ts'
import { adviceOn, toSharedError } from './shared-error.ts'

/**
 * Creates a check. What is wrong is the detail of its error; with `open`, where the app goes on without the server, it is what should be
 * seen to.
 */
export function createSharedCheck(
  { whenUnreachable }: SharedSettings,
  call: () => Promise<unknown>,
): () => Promise<string | null> {
  // Of its own: while requests find the server silent, theirs fails without a call.
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
