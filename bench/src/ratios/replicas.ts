import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { createPostgresStorage } from '@kith/storage-postgres'
import postgres from 'postgres'
import { startStandby } from '../../../test/servers/postgres-standby.ts'
import { openBenchPostgres } from '../bench-postgres.ts'
import { fillPostgres } from '../load-postgres.ts'
import { compareCalls, createNetworkCalls } from '../network-calls.ts'
import { createWorkload } from '../workload.ts'

/**
 * What the option `replicas` of PostgreSQL costs a read, which first asks the primary for its position, and how much work it saves the
 * primary: the same network read with and without one standby, alternating. `pnpm --filter @kith/bench ratio replicas [<people> [<posts>]]
 * [--prepare]`. Primary and standby are started here and share the machine, so it does not show more reads per second. It has no target.
 */
const [users = 10_000, posts = 100_000] = process.argv
  .slice(3)
  .filter((each) => !each.startsWith('--'))
  .map(Number)
const clients = 16
const { server, pool, prepare, freshStorage, close } = await openBenchPostgres(clients, { control: true })
const workload = createWorkload({ seed: 1, users, posts })
const { storage: plain, schema } = await freshStorage()
const sql = postgres(server.uri, { onnotice: () => {} })
await fillPostgres(sql, schema, workload)
await sql.end()

const standby = await startStandby(server.port)
const relieved = createPostgresStorage({
  pool,
  schema,
  prepare,
  timeoutMillis: 60_000,
  replicas: [{ url: standby.uri }],
})
const [on, off] = [createNetworkCalls(relieved, workload), createNetworkCalls(plain, workload)]
const isInUse = async (): Promise<boolean> => {
  await on.reads['posts.get']?.(1)
  return (await relieved.check()) === null
}
while (!(await isInUse())) await wait(100)

const option = 'a standby'
for (const many of [1, clients]) await compareCalls({ option, on: on.reads, off: off.reads }, many)
await compareCalls({ option, on: on.readsOfWritten, off: off.readsOfWritten })

/** Seconds of CPU time of a process and its descendants, including those that have ended. Linux only. */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? []
  const own = fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) / 100, 0)
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean)
  return children.reduce((sum, child) => sum + processorSeconds(Number(child)), own)
}

/** Microseconds of CPU time of primary and standby for each of many reads. */
async function workOf(reads: typeof on.reads, times: number): Promise<string> {
  const pids = [server.control?.pid ?? 0, standby.control.pid]
  const before = pids.map(processorSeconds)
  let made = 0
  const client = async (): Promise<void> => {
    while (made < times) {
      const number = made++
      for (const read of Object.values(reads)) await read(number)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  const [primary = 0, other = 0] = pids.map(
    (pid, index) =>
      ((processorSeconds(pid) - (before[index] ?? 0)) * 1e6) / times / Object.keys(reads).length,
  )
  return `primary ${primary.toFixed(0)} µs, standby ${other.toFixed(0)} µs`
}

for (const [name, { reads }] of Object.entries({ [option]: on, without: off }))
  console.log(`processor for a read, ${clients} at a time, ${name}: ${await workOf(reads, 1_000)}`)
if (!(await isInUse())) throw new Error(`The standby fell out of use: ${await relieved.check()}`)

await relieved.close()
await standby.stop()
await close()
