import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Driver, Query } from '../drivers/driver.ts'
import { joined } from './joined.ts'
import { covers, type Position, type Standing, standingFrom, standingStatement } from './position.ts'

/** One replica. It rests after each failure, longer each time, and is tried again without anybody waiting for it. */
export interface Replica {
  readonly driver: Driver
  /** What keeps it from being used; null where nothing does. */
  readonly trouble: string | null
  /** Whether it is in use. Where it is not, this makes it try again, now and then. */
  isInUse(): boolean
  /** The name of the server that has reached a position, or null where it does not in time: then it rests. */
  reach(position: Position): Promise<string | null>
  /** Reads there; null where that fails: then it rests. */
  read(query: Query): Promise<Answer | null>
}

/** What a replica is made of. */
export interface ReplicaParts {
  driver: Driver
  /** Where the primary is. */
  position(): Promise<Position>
  /** How long the replica may take to say anything. */
  patienceMillis: number
}

/** How long a read waits for a replica that is behind: a few times what replication takes in one zone. */
const lagMillis = 50

const [shortestRestMillis, longestRestMillis] = [100, 5_000]

/** Creates a replica, which is not used before it was found to be one. */
export function createReplica({ driver, position, patienceMillis }: ReplicaParts): Replica {
  let standing: Standing | null = null
  let trouble: string | null = 'it was not tried yet'
  let failures = 0
  let restsUntil = -Infinity
  let isTrying = false

  const look = joined(async () =>
    standingFrom(
      await driver.query(
        { text: standingStatement, name: null, values: [] },
        performance.now() + patienceMillis,
      ),
    ),
  )

  function rest(because: string): null {
    // Others were under way when it failed, which is one failure.
    if (trouble !== null && !isTrying) return null
    trouble = because
    restsUntil = performance.now() + Math.min(longestRestMillis, shortestRestMillis * 2 ** failures++)
    return null
  }

  async function reach(wanted: Position): Promise<string | null> {
    const until = performance.now() + lagMillis
    try {
      for (let pause = 1; standing === null || !covers(standing, wanted); pause *= 2) {
        standing = await look()
        if (covers(standing, wanted)) break
        if (!standing.isStandby) return rest('it is no standby, or not any more')
        if (standing.timeline !== wanted.timeline) return rest('it has not followed the primary yet')
        if (performance.now() + pause > until) return rest('it is behind')
        await sleep(pause)
      }
      return standing.server
    } catch (error) {
      return rest(messageOf(error))
    }
  }

  async function tryAgain(): Promise<void> {
    isTrying = true
    standing = null
    try {
      if ((await reach(await position())) !== null) trouble = null
    } catch {
      // The primary did not say where it is.
      restsUntil = performance.now() + shortestRestMillis
    } finally {
      isTrying = false
    }
  }

  return {
    driver,
    get trouble() {
      return trouble
    },
    isInUse() {
      if (trouble === null) return true
      if (!isTrying && performance.now() >= restsUntil) void tryAgain()
      return false
    },
    reach,
    async read(query) {
      try {
        const answer = await driver.query(query, performance.now() + patienceMillis)
        failures = 0
        return answer
      } catch (error) {
        standing = null
        return rest(messageOf(error))
      }
    },
  }
}

function messageOf(error: unknown): string {
  const { message = String(error), cause } = error as { message?: string; cause?: unknown }
  return cause instanceof Error
    ? `${message} (${cause.message || String((cause as { code?: unknown }).code)})`
    : message
}
