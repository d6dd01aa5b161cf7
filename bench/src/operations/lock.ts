import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { createKith } from '@kith/core'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { percentile } from '../percentile.ts'

/**
 * Prints the cost of a foreign lock: another process holds the write lock of the database for 20 s while six people register: their results, and how long a
 * route without database access takes meanwhile. The other process runs this file, too.
 */
const holdMillis = 20_000
const goalMillis = 50
const [, , , lockedPath] = process.argv

if (lockedPath !== undefined) {
  const database = new DatabaseSync(lockedPath)
  database.exec('BEGIN IMMEDIATE')
  process.send?.('held')
  setTimeout(() => {
    database.exec('COMMIT')
    database.close()
    process.disconnect()
  }, holdMillis)
} else {
  await measure()
}

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kith-lock-'))
  const path = join(folder, 'app.db')
  const storage = createSqliteStorage({ path })
  await storage.migrate()
  const kith = createKith({
    storage,
    secret: 'w0Q8hJ2v5Nc7Tz4Xk1Rb6Ym3Pd9Fs0Lg',
    passwords: { memoryKiB: 64, iterations: 1 },
  })
  const server = createServer((_, response) => void response.end('ok')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`

  const script = fileURLToPath(new URL('../operations.ts', import.meta.url))
  const holder = fork(script, ['lock', path], { execArgv: process.execArgv })
  await once(holder, 'message')
  const held = once(holder, 'exit')
  let isHeld = true
  void held.then(() => (isHeld = false))
  const writers = Array.from({ length: 6 }, (_, n) => register(kith, n))
  const health: number[] = []
  while (isHeld) {
    const start = performance.now()
    await (await fetch(url)).text()
    health.push(performance.now() - start)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const during = await Promise.all(writers)
  // The first attempt after a refusal finds the lock free.
  await new Promise((resolve) => setTimeout(resolve, 200))
  const after = await register(kith, 7)

  const p99 = percentile(health, 0.99)
  const millis = (value: number): string => `${value.toFixed(1)} ms`
  console.log(
    `${health.length} requests of a route without database while the lock was held for ${holdMillis / 1000} s:`,
  )
  console.log(
    `  p50 ${millis(percentile(health, 0.5))}, p99 ${millis(p99)}, max ${millis(Math.max(...health))}`,
  )
  console.log(`six registrations meanwhile:`)
  for (const { outcome, took } of during) console.log(`  ${outcome} after ${(took / 1000).toFixed(1)} s`)
  console.log(`one afterwards: ${after.outcome} after ${(after.took / 1000).toFixed(1)} s`)

  server.close()
  server.closeAllConnections()
  await storage.close()
  rmSync(folder, { recursive: true })
  if (p99 > goalMillis || after.outcome !== 'done') process.exitCode = 1
  console.log(`promise: p99 at most ${goalMillis} ms: ${process.exitCode === 1 ? 'NOT kept' : 'kept'}`)
}

async function register(
  { accounts }: ReturnType<typeof createKith>,
  number: number,
): Promise<{ outcome: string; took: number }> {
  const start = performance.now()
  const name = `person_${number}`
  const person = { username: name, email: `${name}@example.com`, password: `a good password of ${name}` }
  const outcome = await accounts.register({ ...person, name }).then(
    () => 'done',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  )
  return { outcome, took: performance.now() - start }
}
