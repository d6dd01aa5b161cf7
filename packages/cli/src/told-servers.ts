import { isKithError, type Kith } from '@kith/core'
import { inWords } from './duration.ts'

/** Whether the servers heard of sessions that were just ended, and a line about tokens that are out. */
export interface ToldServers {
  isTold: boolean
  line: string
}

/**
 * Ends sessions, and says whether the servers heard of it. What could not be told them goes with this process; the sessions have ended
 * all the same, and what is cleared away behind the call is waited for, since this process is about to end.
 */
export async function endAndTell(kith: Kith, end: () => Promise<unknown>): Promise<ToldServers> {
  const failure = await end().then(() => null, onlyUnavailable)
  await kith.settled()
  const { parts } = await kith.ready()
  const away = parts.find(({ name, ok }) => name === 'revocations' && !ok)
  const isStored = parts.every(({ name, ok }) => name !== 'storage' || ok)
  if (failure && !(away && isStored)) throw failure
  const tokens = inWords(kith.config.sessions.accessTtlSeconds)
  if (away) {
    const line = `The servers could not be told, and may let its access tokens in for up to ${tokens}: ${away.detail ?? 'see the log.'}`
    return { isTold: false, line }
  }
  const line = `Servers that do not share revocations by @kith/redis let its access tokens in for up to ${tokens}.`
  return { isTold: true, line }
}

function onlyUnavailable(error: unknown): Error {
  if (isKithError(error) && error.code === 'storage-unavailable') return error
  throw error
}
