import { createKith } from '@kith/core'
import { createKithHttp } from '@kith/http'
import { openBenchStorage } from '../bench-storage.ts'

/**
 * What `requireRole` costs beyond `requireViewer`: a lookup of the account, by its key, at every request. On SQLite, or with `--postgres` on
 * PostgreSQL (see `openBenchStorage`).
 */
const { storage, place, close } = await openBenchStorage()
const kith = createKith({ secret: 'a secret of the benchmark, 32 characters', storage })
const http = createKithHttp(kith)
const { user, tokens } = await kith.accounts.register({ username: 'ana', password: 'correct horse battery' })
await kith.accounts.setRole(user.id, 'admin')
const head = { method: 'GET', headers: new Headers({ authorization: `Bearer ${tokens.accessToken}` }) }
const guards = {
  requireViewer: () => http.requireViewer(head),
  requireRole: () => http.requireRole(head, ['admin']),
}

const calls = 1_000
const names = ['requireViewer', 'requireRole'] as const
const micros: Record<keyof typeof guards, number[]> = { requireViewer: [], requireRole: [] }
const waits: Record<keyof typeof guards, number[]> = { requireViewer: [], requireRole: [] }
// In turns, so that other load affects both equally. The first round is not counted.
for (let round = 0; round <= 15; round++) {
  for (const name of names) {
    const [before, start] = [process.cpuUsage(), performance.now()]
    for (let call = 0; call < calls; call++) await guards[name]()
    const { user, system } = process.cpuUsage(before)
    if (round === 0) continue
    micros[name].push((user + system) / calls)
    waits[name].push(((performance.now() - start) * 1000) / calls)
  }
}
const [viewer, role] = [median(micros.requireViewer), median(micros.requireRole)]
const [short, long] = [median(waits.requireViewer), median(waits.requireRole)]
console.log(`median of 15 rounds of ${calls} calls on ${place}, in µs for a call:`)
console.log(
  `processor: requireViewer ${viewer.toFixed(1)}, requireRole ${role.toFixed(1)}: ${(role - viewer).toFixed(1)} more`,
)
console.log(
  `elapsed: requireViewer ${short.toFixed(1)}, requireRole ${long.toFixed(1)}: ${(long - short).toFixed(1)} more`,
)
await close()
// A thousandth of a core for ten such requests a second; a cache would have to be notified of every change. A round trip to a server takes more.
if (place === 'SQLite' && role - viewer > 100) process.exitCode = 1

function median(values: number[]): number {
  return values.sort((one, other) => one - other)[values.length >> 1] ?? 0
}
