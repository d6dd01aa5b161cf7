/** One version of the schema: first its statements, then its steps, each of which is recorded when it is done. */
export interface Migration {
  readonly version: number
  /**
   * Run as one transaction, which has to be short for concurrent users of the tables: `test/lock-forms.ts` lists what
   * it may contain.
   */
  readonly statements: string
  /**
   * The existing table that the statements change: at most one, since a transaction that waits for a second table
   * blocks everyone from the first.
   */
  readonly alters?: string
  /** Long work on a large table, one after the other. */
  readonly steps?: readonly LongStep[]
  /**
   * Whether releases without this version must not use the database any more. A version normally only adds, and a later
   * release removes what nobody reads by then; old INSERTs must work with new columns.
   */
  readonly contracts?: true
}

/** Work outside of a transaction, however long it takes, while everyone reads and writes. */
export type LongStep = IndexStep | ValidationStep | FillStep

interface StepOnTable {
  /** What it does, for the person who waits. */
  readonly name: string
  /** The table, without its schema. */
  readonly on: string
}

/** Builds an index. One that an earlier attempt has left INVALID is dropped first. */
export interface IndexStep extends StepOnTable {
  readonly kind: 'index'
  readonly index: string
  /** The indexed columns, as after the name of the table: `(author_id, id) WHERE NOT removed`. */
  readonly keys: string
}

/** Validates a constraint for older rows: one that was added as NOT VALID. */
export interface ValidationStep extends StepOnTable {
  readonly kind: 'validation'
  readonly constraint: string
}

/**
 * Changes rows in short transactions until `where` is true for none. It must not be true for new rows of any release,
 * for example because of a column's default.
 */
export interface FillStep extends StepOnTable {
  readonly kind: 'fill'
  /** `column = value` */
  readonly set: string
  readonly where: string
}

/** The statement whose duration depends on the size of the table. */
export function longStatementOf(step: IndexStep | ValidationStep): string {
  if (step.kind === 'index')
    return `CREATE INDEX CONCURRENTLY IF NOT EXISTS ${step.index} ON kith.${step.on} ${step.keys}`
  return `ALTER TABLE kith.${step.on} VALIDATE CONSTRAINT ${step.constraint}`
}

/**
 * The statements of a version, each separate, with those that record it. The table that is changed is first locked as
 * `VACUUM` locks it: that waits until an autovacuum gives way, and keeps no client waiting. The stronger lock after it
 * is given up soon, because every later caller waits behind it.
 */
export function statementsOf({ version, statements, alters, contracts }: Migration): string[] {
  const single = statements.split(/;\s*?(?:\n|$)/).map((statement) => statement.trim())
  const lock = [
    "SET LOCAL lock_timeout = '5s'",
    `LOCK TABLE kith.${alters} IN SHARE UPDATE EXCLUSIVE MODE`,
    "SET LOCAL lock_timeout = '100ms'",
  ]
  return [
    ...(alters === undefined ? [] : lock),
    ...single.filter((statement) => statement !== ''),
    ...(contracts ? [`INSERT INTO kith.schema (version, applied_at) VALUES (${version}, now())`] : []),
    noteOf(version, ''),
  ]
}

/** The statement that records a step; `''` is the name of a version's statements. */
export function noteOf(version: number, name: string): string {
  return `INSERT INTO kith.schema_steps (version, name, applied_at) VALUES (${version}, '${name}', now()) ON CONFLICT DO NOTHING`
}
