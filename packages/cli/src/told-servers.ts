import type { Kith } from '@kith/core'
import { inWords } from './duration.ts'

/** Whether the servers heard of sessions that were just ended, and a line about tokens that are out. */
export interface ToldServers {
  isTold: boolean
  line: string
}

/** Asks whether what servers share revocations by can be reached: what could not be told them goes with this process. */
export async function toldServers(kith: Kith): Promise<ToldServers> {
  const tokens = inWords(kith.config.sessions.accessTtlSeconds)
  const { parts } = await kith.ready()
  const away = parts.find(({ name, ok }) => name === 'revocations' && !ok)
  if (away) {
    const line = `The servers could not be told, and may let its access tokens in for up to ${tokens}: ${away.detail ?? 'see the log.'}`
    return { isTold: false, line }
  }
  const line = `Servers that do not share revocations by @kith/redis let its access tokens in for up to ${tokens}.`
  return { isTold: true, line }
}
