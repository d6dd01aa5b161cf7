import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { inSchema } from './compile.ts'
import { runFill } from './fill.ts'
import { type IndexStep, type LongStep, longStatementOf, type ValidationStep } from './migration.ts'
import type { LongWork, MigrationPlace } from './long-work.ts'
import { createLease, longOn } from './migration-lease.ts'

/** How often a waiting process checks again. */
const lookMillis = 250

/** A step, and how it is known that it was taken. */
export interface OwedStep {
  readonly step: LongStep
  isDone(): Promise<boolean>
  /** Makes it known. */
  note(): Promise<unknown>
}

/** Takes a step unless it was taken. Of several processes one does, and the others wait for it and take over where it ends. */
export async function takeLongStep(
  place: MigrationPlace,
  { step, isDone, note }: OwedStep,
  report: LongWork['report'],
): Promise<void> {
  const { short } = place
  const lease = createLease(randomUUID())
  for (; !(await isDone()); await sleep(lookMillis)) {
    report(0)
    if (!(await lease.take(short, step.on))) continue
    try {
      // Another process may have finished it since we checked.
      if (await isDone()) return
      const work = { ...place, lease, report }
      if (!(await (step.kind === 'fill' ? runFill(work, step) : runLong(work, step)))) continue
      await note()
      return
    } finally {
      await lease.release(short).catch(() => {})
    }
  }
}

async function runLong(work: LongWork, step: IndexStep | ValidationStep): Promise<boolean> {
  if (step.kind === 'index' && (await isInvalid(work, step)))
    await watched(work, step, `DROP INDEX CONCURRENTLY IF EXISTS kith.${step.index}`)
  await watched(work, step, longStatementOf(step))
  return step.kind !== 'index' || !(await isInvalid(work, step))
}

/** Whether a build was interrupted: its leftover costs every write, and helps no read. */
async function isInvalid({ short }: LongWork, { index }: IndexStep): Promise<boolean> {
  const found = await short.get(
    `SELECT 1 AS found FROM pg_index WHERE indexrelid = to_regclass('kith.${index}') AND NOT indisvalid`,
  )
  return found !== null
}

/** Runs a statement, renews the lease meanwhile and reports. It is canceled if a report throws. */
async function watched(work: LongWork, { on }: LongStep, statement: string): Promise<void> {
  const { short, long, lease, report } = work
  const running = long.run(statement)
  const ended = running.then(
    () => true,
    () => true,
  )
  let part = 0
  try {
    while (!(await Promise.race([ended, sleep(lookMillis, false)]))) {
      // With a single connection the statement has it, and its lock on the table replaces the lease.
      const found = await Promise.race([ended.then(() => null), look(work, on)]).catch(() => null)
      report((part = Math.max(part, found ?? 0)))
    }
  } catch (error) {
    await cancel(work, on, statement)
    await ended
    throw error
  }
  await running
}

/**
 * Renews the lease, and reports which part of an index is built. The table is read to build it, and once more to
 * include concurrent changes.
 */
async function look({ short, lease }: LongWork, table: string): Promise<number | null> {
  await lease.renew(short)
  const found = await short.get<{ percent: number }>(
    `SELECT (CASE WHEN phase LIKE 'building%' THEN 70 * blocks_done / blocks_total ELSE 70 + 30 * blocks_done / blocks_total END)::int AS percent
      FROM pg_stat_progress_create_index
      WHERE relid = to_regclass('kith.${table}') AND phase LIKE '%scanning table' AND blocks_total > 0`,
  )
  return found && found.percent / 100
}

async function cancel({ short, schema }: LongWork, table: string, statement: string): Promise<void> {
  const query = inSchema(statement, schema)
  // The server keeps the beginning of a statement, of at least 100 bytes.
  await short
    .run(`SELECT pg_cancel_backend(pid) ${longOn(table)} AND left(query, 99) = left(@query, 99)`, { query })
    .catch(() => {})
}
