import { checkPrefix, type RedisClient, type RedisConnection } from './client.ts'
import { isDeniedScript, pageScript, positionScript, writeScript } from './denylist-scripts.ts'
import type { Entry } from './mirror.ts'
import { runScript } from './script.ts'

/** What was pushed after a position, and the position after it. */
interface Pushed {
  readonly position: string
  readonly entries: readonly Entry[]
}

/**
 * The denylist in Redis: a sorted set of session ids by the end of their entries, and a stream that pushes each new one
 * to the mirrors. Both have one slot. Ends are counted by the clock of Redis, from what is left of them when they are
 * written or read: so it does not matter whether the clocks of machines agree.
 */
export interface Denylist {
  /** Adds entries, a thousand or so at most, or prolongs them, and pushes what was new. */
  write(client: RedisClient, entries: readonly Entry[]): Promise<void>
  isDenied(client: RedisClient, sessionId: string): Promise<boolean>
  /** Where the stream stands now. Only a master answers. */
  position(connection: RedisConnection): Promise<string>
  /** Every entry, in pages. What is added meanwhile may be missing, but is in the stream after an earlier position. */
  pages(connection: RedisConnection): AsyncIterable<readonly Entry[]>
  /** Waits so long for what is pushed after `position`. */
  next(connection: RedisConnection, position: string, waitMillis: number): Promise<Pushed>
  /** Whether the stream still holds `position`, and so everything after it. */
  holds(connection: RedisConnection, position: string): Promise<boolean>
}

const pageLength = 10_000

/** Creates the access to the denylist under a prefix. */
export function createDenylist(prefix: string): Denylist {
  const denied = `${checkPrefix(prefix)}:{revocations}:denied`
  const pushed = `${prefix}:{revocations}:pushed`

  return {
    async write(client, entries) {
      const now = performance.now()
      const values = entries
        .filter(([, endsAt]) => endsAt > now)
        .flatMap(([sessionId, endsAt]) => [sessionId, Math.ceil(endsAt - now)])
      if (values.length > 0) await runScript(client, writeScript, { keys: [denied, pushed], values })
    },

    async isDenied(client, sessionId) {
      const answer = await runScript(client, isDeniedScript, { keys: [denied], values: [sessionId] })
      return Number(answer) === 1
    },

    async position(connection) {
      return (await runScript(connection, positionScript, { keys: [pushed], values: [] })) as string
    },

    async *pages(connection) {
      for (let from = 0; ; from += pageLength) {
        const values = [from, from + pageLength - 1]
        const page = (await runScript(connection, pageScript, { keys: [denied], values })) as string[]
        yield toEntries(page)
        if (page.length < pageLength * 2) return
      }
    },

    async next(connection, position, waitMillis) {
      const streams = await connection.xread('BLOCK', waitMillis, 'STREAMS', pushed, position)
      const messages = streams?.[0]?.[1] ?? []
      return {
        position: messages.at(-1)?.[0] ?? position,
        entries: messages.flatMap(([, fields]) => toEntries(fields)),
      }
    },

    async holds(connection, position) {
      return (await connection.xrange(pushed, position, position)).length > 0
    },
  }
}

/** From ids that alternate with what is left of their entries, in milliseconds. */
function toEntries(alternating: readonly string[]): Entry[] {
  const now = performance.now()
  const entries: Entry[] = []
  for (let index = 0; index < alternating.length; index += 2) {
    const left = Number(alternating[index + 1])
    if (left > 0) entries.push([alternating[index] ?? '', now + left])
  }
  return entries
}
