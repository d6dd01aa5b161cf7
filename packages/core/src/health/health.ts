import type { QueueLoad } from '../fair-queue.ts'
import { createEventLoopWatch } from './event-loop-watch.ts'
import { version } from './version.ts'

/** The health of a process, without calling anything else. */
export interface Health {
  /** A process that can respond is alive. */
  ok: true
  /** The release of `@kith/core`. */
  version: string
  uptimeSeconds: number
  /** The longest block of the event loop since the last call; `null` for the first. */
  longestDelayMilliseconds: number | null
  /** How much is waiting, by queue: `passwords`, and `images` and `videos` if their processors report it. */
  queues: Readonly<Record<string, QueueLoad>>
}

/** Something with a queue. */
interface Loaded {
  load(): QueueLoad
}

/** Creates the health of one Kith instance, with those of the given parts that have a queue. */
export function createHealth(parts: Readonly<Record<string, object | null>>): () => Health {
  const watch = createEventLoopWatch()
  const loaded = Object.entries(parts).filter(
    (entry): entry is [string, Loaded] => entry[1] !== null && isLoaded(entry[1]),
  )
  return () => {
    const longest = watch.longest()
    return {
      ok: true,
      version,
      uptimeSeconds: Math.round(process.uptime()),
      longestDelayMilliseconds: longest === null ? null : Math.round(longest * 1000),
      queues: Object.fromEntries(loaded.map(([name, part]) => [name, part.load()])),
    }
  }
}

function isLoaded(part: object): part is Loaded {
  return 'load' in part && typeof part.load === 'function'
}
