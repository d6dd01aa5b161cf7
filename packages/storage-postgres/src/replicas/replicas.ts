import type { Answer, Driver, Query } from '../drivers/driver.ts'
import { inTime } from '../drivers/in-time.ts'
import { joined } from './joined.ts'
import { positionFrom, positionStatement } from './position.ts'
import { createReplica } from './replica.ts'

/** The replicas of a storage. */
export interface Replicas {
  /**
   * Reads on a replica that shows everything that was committed before this call. Null if none does soon, so that the
   * primary has to: a replica's failure never fails a read. `on` creates the query for the server that has to serve it.
   */
  read(on: (server: string) => Query): Promise<Answer | null>
  /** Which replicas are not in use, and why; null if all are. */
  trouble(): string | null
  /** Closes what was opened here. */
  close(): Promise<void>
}

/** The dependencies of replicas. */
export interface ReplicasParts {
  primary: Driver
  drivers: readonly Driver[]
  timeoutMillis: number
}

/** How long a replica may be silent, and the primary when asked for its position. */
const longestPatienceMillis = 500

/** Creates the replicas of a primary, without connecting. */
export function createReplicas({ primary, drivers, timeoutMillis }: ReplicasParts): Replicas {
  const patienceMillis = Math.min(longestPatienceMillis, timeoutMillis / 8)
  const position = joined(async () =>
    positionFrom(
      await primary.query(
        { text: positionStatement, name: null, values: [] },
        performance.now() + patienceMillis,
      ),
    ),
  )
  const replicas = drivers.map((driver) => createReplica({ driver, position, patienceMillis }))
  let turn = 0

  return {
    async read(on) {
      const inUse = replicas.filter((replica) => replica.isInUse())
      const replica = inUse[turn++ % inUse.length]
      if (!replica) return null
      const until = performance.now() + patienceMillis
      try {
        const wanted = await inTime(
          position(),
          until,
          () => new Error('The primary did not report its position'),
        )
        const server = await inTime(replica.reach(wanted), until, () => new Error('The replica is late'))
        return server === null ? null : await replica.read(on(server))
      } catch {
        return null
      }
    },
    trouble() {
      const lines = replicas.flatMap(({ trouble }, index) =>
        trouble === null ? [] : [`Replica ${index} is not in use: ${trouble}.`],
      )
      return lines.length > 0 ? lines.join(' ') : null
    },
    close: async () => {
      await Promise.all(drivers.map((driver) => driver.close()))
    },
  }
}
