import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Driver, Query } from '../drivers/driver.ts'
import { joined } from './joined.ts'
import { covers, type Position, type Standing, standingFrom, standingStatement } from './position.ts'

/** One replica. It rests after each failure, longer each time, and is retried in the background. */
export interface Replica {
  readonly driver: Driver
  /** Why it cannot be used; null if it can. */
  readonly trouble: string | null
  /** Whether it is in use. If not, this occasionally starts another attempt. */
  isInUse(): boolean
  /** The name of the server that has reached a position, or null if it does not in time: then it rests. */
  reach(position: Position): Promise<string | null>
  /** Reads there; null if that fails: then it rests. */
  read(query: Query): Promise<Answer | null>
}

/** The dependencies of a replica. */
export interface ReplicaParts {
  driver: Driver
  /** The position of the primary. */
  position(): Promise<Position>
  /** How long the replica may take to respond. */
  patienceMillis: number
}

/** How long a read waits for a replica that is behind: a few times the replication lag within one zone. */
const lagMillis = 50

const [shortestRestMillis, longestRestMillis] = [100, 5_000]

/** Creates a replica, which is not used until it was verified to be one. */
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
    // Others were running when it failed, which is one failure.
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
        if (!standing.isStandby) return rest('it is not a standby, or not any more')
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
      // The primary did not report its position.
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
