import { RetryLaterError } from '@kith/core'
import { createReach, type WhenUnreachable, within } from '@kith/core/adapter'
import { openBeside, type RedisClient } from './client.ts'
import { adviceOn, toKithError } from './redis-error.ts'

/** The dependencies of a check. */
export interface CheckParts {
  client: RedisClient
  whenUnreachable: WhenUnreachable
  /** Makes a call over the client that shows whether it can be used. */
  call(): Promise<string | null>
}

/** How long finding the reason may take, after the second for the call. */
const reasonMillis = 700

/**
 * Creates a check. The problem is the detail of its error; with `open`, where the app continues without Redis, it is a
 * warning.
 */
export function createCheck({ client, whenUnreachable, call }: CheckParts): () => Promise<string | null> {
  // A separate check: while requests find Redis silent, theirs fails without a call.
  const reach = createReach({ server: 'Redis', toKithError })
  return async () => {
    try {
      return await reach(call)
    } catch (error) {
      const { cause } = toKithError(error)
      const reason = isFromServer(cause) ? cause : await reasonOf(client, cause)
      const detail = adviceOn(reason)
      if (whenUnreachable === 'open') return `${detail} Meanwhile the app continues without it.`
      throw new RetryLaterError('storage-unavailable', { seconds: 1, detail }, toKithError(reason).cause)
    }
  }
}

function isFromServer(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'ReplyError'
}

/** A client that waits to reconnect reports only that it waits; a fresh connection reports why. */
async function reasonOf(client: RedisClient, otherwise: unknown): Promise<unknown> {
  const connection = openBeside(client)
  const told = new Promise<unknown>((resolve) => {
    connection.on('error', resolve)
    connection.ping().then(() => resolve(otherwise), resolve)
  })
  try {
    return await within({ millis: reasonMillis }, () => told)
  } catch {
    return otherwise
  } finally {
    connection.disconnect()
  }
}
