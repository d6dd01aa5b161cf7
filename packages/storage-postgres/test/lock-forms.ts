import { type LongStep, type Migration, statementsOf } from '../src/migration.ts'

/** A statement that is allowed in the transaction of a version after the first. */
interface LockForm {
  readonly form: RegExp
  /** Why it holds no lock for long, however many rows there are. */
  readonly reason: string
  /** Only allowed on a table that the same version creates. */
  readonly onlyNew?: true
  /** Further conditions; returns what is violated. */
  demand?(match: Readonly<Record<string, string>>, before: Before): string | null
}

/** What earlier versions have done, and what this one has done so far. */
interface Before {
  /** `table.column` of columns for which a validated constraint excludes null. */
  readonly notNull: ReadonlySet<string>
  /** `table.column` of columns that this version adds. */
  readonly added: ReadonlySet<string>
}

const table = String.raw`ALTER TABLE kith\.(?<table>\w+)`
const type = String.raw`(?:boolean|smallint|integer|bigint|text|uuid|timestamptz|json|bytea)(?:\[\])?(?: COLLATE "C")?`
const constant = String.raw`(?:'[^']*'|-?\d+|true|false)`
const form = (text: string): RegExp => new RegExp(`^${text}$`)

/** Everything that is known to be harmless. Other statements are refused: find out which lock they take and what they read, and add them. */
export const lockForms: readonly LockForm[] = [
  {
    form: form(String.raw`CREATE TABLE kith\.(?<table>\w+) \(.+\)(?: WITH \(fillfactor = \d+\))?`),
    reason: 'Nobody knows the table yet.',
  },
  {
    form: form(String.raw`CREATE (?:UNIQUE )?INDEX \w+ ON kith\.(?<table>\w+) \(.+\)(?: WHERE .+)?`),
    reason: 'Nobody knows the table yet, and it is empty.',
    onlyNew: true,
  },
  {
    form: form(`${table} ADD COLUMN (?<column>\\w+) ${type}`),
    reason: 'The catalog alone: rows without the column read as NULL.',
  },
  {
    form: form(`${table} ADD COLUMN (?<column>\\w+) ${type}(?: NOT NULL)? DEFAULT ${constant}`),
    reason: 'The catalog alone: rows without the column read as the constant, which the catalog keeps.',
  },
  {
    form: form(`${table} ALTER COLUMN \\w+ (?:SET DEFAULT ${constant}|DROP DEFAULT|DROP NOT NULL)`),
    reason: 'The catalog alone: it is about rows to come.',
  },
  {
    form: form(`${table} ADD CONSTRAINT \\w+ CHECK \\((?<column>\\w+) .+\\) NOT VALID`),
    reason: 'The catalog alone: rows that are there are not read. A validation step reads them later.',
    demand: ({ table: name, column }, { added }) =>
      added.has(`${name}.${column}`)
        ? 'rows that do not have the column yet could not be changed: fill it first, and add the constraint in the next version'
        : null,
  },
  {
    form: form(`${table} ALTER COLUMN (?<column>\\w+) SET NOT NULL`),
    reason: 'The catalog alone where a validated constraint says the same.',
    demand: ({ table: name, column }, { notNull }) =>
      notNull.has(`${name}.${column}`)
        ? null
        : `every row would be read under the lock: validate CHECK (${column} IS NOT NULL) in a version before`,
  },
  {
    form: form(`${table} DROP (?:CONSTRAINT|COLUMN) \\w+`),
    reason: 'The catalog alone: rows stay as they are.',
  },
  {
    form: form(`${table} (?:SET|RESET) \\((?:fillfactor|autovacuum_\\w+)(?: = [\\d.]+)?\\)`),
    reason: 'The catalog alone, under a lock that keeps nobody from reading or writing.',
  },
  {
    form: form(String.raw`DROP INDEX kith\.\w+`),
    reason: 'The catalog, and files that are removed at the commit.',
  },
  {
    form: form(String.raw`DROP TABLE kith\.(?<table>\w+)`),
    reason: 'The catalog, and files that are removed at the commit.',
  },
]

/** Why a schema could block the users of its tables; empty if nothing does. The first version is for an empty database. */
export function lockFaults(all: readonly Migration[]): string[] {
  const notNull = new Set<string>()
  const checks = new Map<string, string>()
  return all.flatMap((migration, index) => {
    const faults = index === 0 ? [] : faultsOfVersion(migration, notNull)
    for (const statement of singleStatements(migration)) {
      const check = /ALTER TABLE kith\.(\w+) ADD CONSTRAINT (\w+) CHECK \((\w+) IS NOT NULL\)/.exec(statement)
      if (check) checks.set(`${check[1]}.${check[2]}`, `${check[1]}.${check[3]}`)
    }
    for (const step of migration.steps ?? []) {
      const column = step.kind === 'validation' ? checks.get(`${step.on}.${step.constraint}`) : undefined
      if (column !== undefined) notNull.add(column)
      faults.push(...faultsOfStep(step))
    }
    return faults.map((fault) => `version ${migration.version}: ${fault}`)
  })
}

function faultsOfVersion(migration: Migration, notNull: ReadonlySet<string>): string[] {
  const made = new Set<string>()
  const added = new Set<string>()
  return singleStatements(migration).flatMap((statement) => {
    const known = lockForms.flatMap((each) => {
      const match = each.form.exec(statement)
      return match ? [{ ...each, groups: match.groups ?? {} }] : []
    })[0]
    if (!known) return [`no form that is known to hold no lock for long: ${statement}`]
    const { groups, onlyNew, demand } = known
    const { table: name, column } = groups
    if (statement.startsWith('CREATE TABLE')) {
      made.add(name ?? '')
      return []
    }
    if (name !== undefined && made.has(name)) return []
    if (onlyNew) return [`the index of a table that is there is a step of its own: ${statement}`]
    if (statement.includes(' ADD COLUMN ')) added.add(`${name}.${column}`)
    const other = migration.alters === undefined || (name ?? migration.alters) !== migration.alters
    const unmet = demand?.(groups, { notNull, added }) ?? null
    return [
      ...(other ? [`\`alters\` names another table, or none: ${statement}`] : []),
      ...(unmet === null ? [] : [`${unmet}: ${statement}`]),
    ]
  })
}

function faultsOfStep(step: LongStep): string[] {
  if (step.kind === 'index' && !/^\([\w, ]+\)(?: WHERE [^;()]+)?$/.test(step.keys))
    return [`an index of something other than columns: ${step.keys}`]
  if (step.kind === 'fill' && /\bselect\b|;/i.test(`${step.set} ${step.where}`))
    return [`a fill that looks elsewhere takes longer than its rows do: ${step.set}`]
  return []
}

function singleStatements({ version, statements }: Migration): string[] {
  return statementsOf({ version, statements })
    .slice(0, -1)
    .map((statement) => statement.replaceAll(/\s+/g, ' '))
}
