import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSqliteStorage, type Durability } from '../src/index.ts'
import { sampleSession, sampleUser } from '../test/samples.ts'

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'kith-bench-'))
const roundMillis = 1500

/** Calls one after the other, as many as fit: answers how many a second. */
async function rate(call: () => Promise<unknown>): Promise<number> {
  const end = performance.now() + roundMillis
  let calls = 0
  for (; performance.now() < end; calls++) await call()
  return Math.round((calls * 1000) / roundMillis)
}

async function measure(durability: Durability, round: number): Promise<Record<string, number>> {
  const storage = createSqliteStorage({ path: join(folder, `${durability}-${round}.db`), durability })
  await storage.migrate()
  const session = sampleSession()
  const { id, expiresAt } = session
  await storage.sessions.open(session, 1_000)
  let generation = 0
  const rates = {
    create: await rate(() => storage.users.create(sampleUser())),
    open: await rate(() => storage.sessions.open(sampleSession(), 1_000)),
    rotate: await rate(() =>
      storage.sessions.rotate({
        id,
        generation: generation++,
        boundKey: null,
        now: new Date(),
        expiresAt,
        address: null,
        userAgent: null,
      }),
    ),
    byId: await rate(() => storage.sessions.byId(id)),
  }
  await storage.close()
  return rates
}

// The modes take turns, so that whatever else the machine does meets both.
for (let round = 1; round <= 3; round++) {
  for (const durability of ['process', 'power'] as const) {
    const rates = Object.entries(await measure(durability, round))
    console.log(
      `${round} ${durability.padEnd(8)} ${rates.map(([verb, each]) => `${verb} ${each}/s`).join('  ')}`,
    )
  }
}
rmSync(folder, { recursive: true })
