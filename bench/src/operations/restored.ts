import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { DatabaseSync } from 'node:sqlite'
import { createKith } from '@kith/core'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { createLoad } from '../bulk-load.ts'

/** How long the step after a restored backup takes: 300,000 sessions are removed, and nothing else waits longer than for one step. */
const sessions = 300_000
const folder = mkdtempSync(join(tmpdir(), 'kith-restored-'))
const path = join(folder, 'app.db')
const storage = createSqliteStorage({ path })
await storage.migrate()
const database = new DatabaseSync(path)
database.exec('BEGIN')
const insert =
  database.prepare(`INSERT INTO kith_sessions (id, user_id, generation, created_at, rotated_at, expires_at,
  address, user_agent) VALUES (?, ?, 0, ?, ?, ?, '192.0.2.1', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0)')`)
const now = Date.now()
const { id } = createLoad(database)
for (let index = 0; index < sessions; index++) {
  const end = String(index).padStart(12, '0')
  insert.run(
    id(`01900000-0000-7000-8000-${end}`),
    id(`01900000-0000-7000-9000-${end}`),
    now,
    now,
    now + 86_400_000 + index,
  )
}
database.exec('COMMIT')
database.close()

const kith = createKith({ secret: 'a secret of the benchmark, 32 characters', storage })
const delays = monitorEventLoopDelay({ resolution: 1 })
delays.enable()
const start = performance.now()
const report = await kith.restored()
const seconds = (performance.now() - start) / 1000
delays.disable()
const freeze = delays.max / 1e6
const again = await kith.restored()
console.log(
  `restored(): ${report.sessions.toLocaleString('en')} sessions in ${seconds.toFixed(1)} s, longest freeze of the event ` +
    `loop ${freeze.toFixed(0)} ms (p99 ${(delays.percentile(99) / 1e6).toFixed(0)} ms); again: ${again.sessions}`,
)
await storage.close()
rmSync(folder, { recursive: true })
if (report.sessions !== sessions || again.sessions !== 0) process.exitCode = 1
