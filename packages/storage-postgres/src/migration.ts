/** One version of the schema: first its statements, then its steps, each of which is noted when it is done. */
export interface Migration {
  readonly version: number
  /** Run as one transaction, which has to be short for those who use the tables: `test/lock-forms.ts` says what may be in it. */
  readonly statements: string
  /**
   * The table of an earlier version that the statements change: one at most, since a transaction that waits for a second table keeps
   * everybody from the first.
   */
  readonly alters?: string
  /** What takes long on a large table, one after the other. */
  readonly steps?: readonly LongStep[]
  /**
   * Whether releases that do not know this version must not use the database any more. A version normally only adds, and takes away
   * in a later release what nobody reads by then; old INSERTs must work beside new columns.
   */
  readonly contracts?: true
}

/** What is done outside of a transaction, however long it takes, while everybody reads and writes. */
export type LongStep = IndexStep | ValidationStep | FillStep

interface StepOnTable {
  /** What it does, for the person who waits. */
  readonly name: string
  /** The table, without its schema. */
  readonly on: string
}

/** Builds an index. One that a try before has left INVALID is dropped first. */
export interface IndexStep extends StepOnTable {
  readonly kind: 'index'
  readonly index: string
  /** What is indexed, as it stands behind the name of the table: `(author_id, id) WHERE NOT removed`. */
  readonly keys: string
}

/** Finds out that rows from before a constraint hold it: of one that was added as NOT VALID. */
export interface ValidationStep extends StepOnTable {
  readonly kind: 'validation'
  readonly constraint: string
}

/**
 * Changes rows in short transactions until none is left that `where` is true of. New rows of any release must come without that being true
 * of them, for example by a column's default.
 */
export interface FillStep extends StepOnTable {
  readonly kind: 'fill'
  /** `column = value` */
  readonly set: string
  readonly where: string
}

/** The statement that takes as long as the table is large. */
export function longStatementOf(step: IndexStep | ValidationStep): string {
  if (step.kind === 'index')
    return `CREATE INDEX CONCURRENTLY IF NOT EXISTS ${step.index} ON kith.${step.on} ${step.keys}`
  return `ALTER TABLE kith.${step.on} VALIDATE CONSTRAINT ${step.constraint}`
}

/**
 * The statements of a version, each by itself, with those that note it. The table that is changed is locked first as `VACUUM` locks it:
 * that waits until an automatic vacuum gives way, and keeps no client waiting. The stronger lock behind it is given up soon, because
 * everybody who comes later waits behind it.
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

/** The statement that notes a step; `''` is the name of a version's statements. */
export function noteOf(version: number, name: string): string {
  return `INSERT INTO kith.schema_steps (version, name, applied_at) VALUES (${version}, '${name}', now()) ON CONFLICT DO NOTHING`
}
