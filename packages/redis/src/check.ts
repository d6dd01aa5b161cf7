import { RetryLaterError } from '@kith/core'
import { createReach, type WhenUnreachable, within } from '@kith/core/adapter'
import { openBeside, type RedisClient } from './client.ts'
import { adviceOn, toKithError } from './redis-error.ts'

/** What a check needs. */
export interface CheckParts {
  client: RedisClient
  whenUnreachable: WhenUnreachable
  /** Makes a call over the client that shows whether it can be used. */
  call(): Promise<string | null>
}

/** How long finding the reason may take, after the second that the call had. */
const reasonMillis = 700

/**
 * Creates a check. What is wrong is the detail of its error; with `open`, where the app goes on without Redis, it is what
 * should be seen to.
 */
export function createCheck({ client, whenUnreachable, call }: CheckParts): () => Promise<string | null> {
  // Of its own: while requests find Redis silent, theirs fails without a call.
  const reach = createReach({ server: 'Redis', toKithError })
  return async () => {
    try {
      return await reach(call)
    } catch (error) {
      const { cause } = toKithError(error)
      const reason = isFromServer(cause) ? cause : await reasonOf(client, cause)
      const detail = adviceOn(reason)
      if (whenUnreachable === 'open') return `${detail} Meanwhile the app goes on without it.`
      throw new RetryLaterError('storage-unavailable', { seconds: 1, detail }, toKithError(reason).cause)
    }
  }
}

function isFromServer(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'ReplyError'
}

/** A client that waits before it connects again says only that it waits; a fresh connection says why. */
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
