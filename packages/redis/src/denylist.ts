import type { Denylist, DenylistLine, DenylistEntry } from '@kith/core/adapter'
import { checkPrefix, openBeside, type RedisClient, type RedisConnection } from './client.ts'
import { isDeniedScript, pageScript, positionScript, writeScript } from './denylist-scripts.ts'
import { runScript } from './script.ts'

const pageLength = 10_000

/**
 * Creates the access to the denylist under a prefix: a sorted set of session ids by the end of their entries, and a
 * stream that pushes each new one to the mirrors. Both have one slot. Ends are measured by the clock of Redis, from the
 * remaining time when they are written or read: so the clocks of machines need not agree.
 */
export function createDenylist(client: RedisClient, prefix: string): Denylist {
  const denied = `${checkPrefix(prefix)}:{revocations}:denied`
  const pushed = `${prefix}:{revocations}:pushed`

  async function write(
    over: RedisClient | RedisConnection,
    entries: readonly DenylistEntry[],
  ): Promise<void> {
    const now = performance.now()
    const values = entries
      .filter(([, endsAt]) => endsAt > now)
      .flatMap(([sessionId, endsAt]) => [sessionId, Math.ceil(endsAt - now)])
    if (values.length > 0) await runScript(over, writeScript, { keys: [denied, pushed], values })
  }

  /** Whether the stream still has `position`, and so everything after it. */
  async function holds(connection: RedisConnection, position: string): Promise<boolean> {
    return (await connection.xrange(pushed, position, position)).length > 0
  }

  return {
    write: (entries) => write(client, entries),
    async isDenied(sessionId) {
      const answer = await runScript(client, isDeniedScript, { keys: [denied], values: [sessionId] })
      return Number(answer) === 1
    },
    open(): DenylistLine {
      const connection = openBeside(client)
      return {
        // Only a master responds.
        async position() {
          return (await runScript(connection, positionScript, { keys: [pushed], values: [] })) as string
        },
        async *pages() {
          for (let from = 0; ; from += pageLength) {
            const values = [from, from + pageLength - 1]
            const page = (await runScript(connection, pageScript, { keys: [denied], values })) as string[]
            yield toEntries(page)
            if (page.length < pageLength * 2) return
          }
        },
        async next(position, waitMillis) {
          const streams = await connection.xread('BLOCK', waitMillis, 'STREAMS', pushed, position)
          // Checked after the read: what the stream still has now, it had then, with everything that followed.
          if (!(await holds(connection, position)))
            throw new Error('the stream of revocations was cut or is another one')
          const messages = streams?.[0]?.[1] ?? []
          return {
            position: messages.at(-1)?.[0] ?? position,
            entries: messages.flatMap(([, fields]) => toEntries(fields)),
          }
        },
        write: (entries) => write(connection, entries),
        close: () => connection.disconnect(),
      }
    },
  }
}

/** From ids that alternate with the remaining milliseconds of their entries. */
function toEntries(alternating: readonly string[]): DenylistEntry[] {
  const now = performance.now()
  const entries: DenylistEntry[] = []
  for (let index = 0; index < alternating.length; index += 2) {
    const left = Number(alternating[index + 1])
    if (left > 0) entries.push([alternating[index] ?? '', now + left])
  }
  return entries
}
