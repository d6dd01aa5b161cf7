import { setImmediate as nextTurn } from 'node:timers/promises'
import { KithError } from '@kith/core'
import type { MigrateOptions, PlannedStep } from '@kith/core/ports'
import type { Connection } from './database.ts'
import type { Statements } from './statements.ts'
import type { Fill, Migration } from './migration.ts'
import { baseTables, baseVersion, migrations, newestVersion } from './schema.ts'
import { noteStep, readApplied, refuseOthers, versionTables } from './schema-version.ts'

interface Step extends PlannedStep {
  readonly migration: Migration
  /** None for the statements of a version. */
  readonly fill: Fill | null
}

/** How long a transaction of a {@link Fill} should take: others wait for its lock. */
const goalMillis = 5

/** Lists what {@link migrate} would do. `all` is another schema, in tests. */
export async function plan(
  connection: Connection,
  all: readonly Migration[] = migrations,
): Promise<PlannedStep[]> {
  const steps = await connection.consistently(() => pending(connection, all))
  return steps.map(({ name, total }) => ({ name, total }))
}

/**
 * Brings the schema to the newest version, in steps that are separate transactions, which another process may do
 * instead.
 */
export async function migrate(
  connection: Connection,
  { progress = () => {} }: MigrateOptions = {},
  all: readonly Migration[] = migrations,
): Promise<void> {
  const planned = await connection.consistently(() => pending(connection, all))
  if (planned.length === 0) return
  await connection.atomically(() => begin(connection, all))
  const left = await connection.consistently(() => pending(connection, all))
  for (const { name, total } of planned) {
    if (left.some((step) => step.name === name)) continue
    progress({ step: name, done: 0, total })
    progress({ step: name, done: total, total })
  }
  for (const step of left) {
    const { name, total, migration, fill } = step
    progress({ step: name, done: 0, total })
    if (fill) {
      await runFill(connection, { ...step, fill }, progress)
      continue
    }
    await doOnce(connection, { migration, name: null }, () => {
      migration.demand?.(connection)
      connection.script(migration.statements)
    })
    progress({ step: name, done: total, total })
  }
}

/** Reports whether the stores can be used, and warnings for operators. */
export function checkSchema(connection: Connection): string | null {
  const steps = pending(connection, migrations)
  const { newest } = readApplied(connection)
  if (steps[0])
    throw new KithError('storage-failed', {
      detail: `The schema is not up to date (${steps[0].name}): run kith.storage.migrate().`,
    })
  if (newest <= newestVersion) return null
  return `The schema has version ${newest} of a newer release, and this one knows ${newestVersion}: finish the update.`
}

function pending(statements: Statements, all: readonly Migration[]): Step[] {
  const applied = readApplied(statements)
  refuseOthers(applied, all.at(-1)?.version ?? newestVersion)
  const isEmpty = applied.newest === 0
  return all.flatMap((migration) => {
    const { version, fills = [] } = migration
    if (isEmpty && version < baseVersion) return []
    const steps: Step[] = []
    const isNew = !applied.has(version, '')
    if (isNew) steps.push({ name: `schema ${version}`, total: 1, migration, fill: null })
    for (const fill of fills) {
      if (applied.has(version, fill.name)) continue
      // Before its version only some fills can count their rows.
      const total = isNew ? (isEmpty ? 0 : (fill.due?.(statements) ?? 0)) : fill.left(statements)
      steps.push({ name: `schema ${version}: ${fill.name}`, total, migration, fill })
    }
    return steps
  })
}

/** A new database gets all tables in one transaction: nobody waits for it, and several take longer. */
function begin(statements: Statements, all: readonly Migration[]): void {
  statements.script(versionTables)
  if (readApplied(statements).newest > 0) return
  statements.script(baseTables)
  for (const migration of all) {
    const isInBase = migration.version <= baseVersion
    if (!isInBase) statements.script(migration.statements)
    noteStep(statements, migration, null)
    for (const { name } of isInBase ? (migration.fills ?? []) : []) noteStep(statements, migration, name)
  }
}

async function runFill(
  connection: Connection,
  { name, migration, fill }: Step & { fill: Fill },
  progress: NonNullable<MigrateOptions['progress']>,
): Promise<void> {
  // Another process may have done the rest, and what follows.
  const isDone = (): boolean => readApplied(connection).has(migration.version, fill.name)
  let total = await connection.consistently(() => (isDone() ? 0 : fill.left(connection)))
  let limit = 32
  for (let done = 0; ;) {
    let took = 0
    const changed = await connection.atomically(() => {
      const start = performance.now()
      const count = isDone() ? 0 : fill.change(connection, limit)
      took = performance.now() - start
      return count
    })
    if (changed === 0) break
    done += changed
    total = Math.max(total, done)
    progress({ step: name, done, total })
    limit = Math.max(1, Math.min(limit * 2, Math.floor((limit * goalMillis) / Math.max(took, 0.1))))
    await nextTurn()
  }
  await doOnce(connection, { migration, name: fill.name }, () => {})
  progress({ step: name, done: total, total })
}

/** Does a step under the write lock unless another process has, and records it. */
async function doOnce(
  connection: Connection,
  { migration, name }: { migration: Migration; name: string | null },
  work: () => void,
): Promise<void> {
  await connection.atomically(() => {
    if (readApplied(connection).has(migration.version, name ?? '')) return
    work()
    noteStep(connection, migration, name)
  })
}
