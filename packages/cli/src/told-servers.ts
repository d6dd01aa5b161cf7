import { isKithError, type Kith } from '@kith/core'
import { inWords } from './duration.ts'

/** Whether the servers were notified of sessions that were just ended, and a line about remaining tokens. */
export interface ToldServers {
  isTold: boolean
  line: string
}

/**
 * Ends sessions, and reports whether the servers were notified. This process cannot retry failed notifications; the
 * sessions have ended anyway. Waits for the background cleanup, since this process is about to exit.
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
    const line = `The servers could not be notified, and may accept its access tokens for up to ${tokens}: ${away.detail ?? 'see the log.'}`
    return { isTold: false, line }
  }
  const line = `Servers that do not share revocations with @kith/redis accept its access tokens for up to ${tokens}.`
  return { isTold: true, line }
}

function onlyUnavailable(error: unknown): Error {
  if (isKithError(error) && error.code === 'storage-unavailable') return error
  throw error
}
