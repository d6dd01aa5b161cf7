import { expect, test } from 'vitest'
import { lockFaults, lockForms } from '../test/lock-forms.ts'
import { sampleMigrations } from '../test/sample-migrations.ts'
import { type LongStep, statementsOf } from './migration.ts'
import { migrations } from './schema.ts'

// Which statement holds which lock for how long is measured with 10 million rows: `pnpm --filter @kith/bench operations postgres-migrate`.

const first = { version: 1, statements: 'CREATE TABLE kith.edges (id uuid)' }

/** The problems of a second version that alters `edges` with these statements. */
function faults(statements: string, steps: readonly LongStep[] = []): string[] {
  return lockFaults([first, { version: 2, alters: 'edges', statements, steps }])
}

test('no version blocks the users of the tables', () => {
  expect(lockFaults(migrations)).toEqual([])
})

test('the measured samples cover every form, and are accepted', () => {
  expect(lockFaults(sampleMigrations)).toEqual([])
  const statements = sampleMigrations
    .slice(migrations.length)
    .flatMap((each) => statementsOf(each))
    .map((statement) => statement.replaceAll(/\s+/g, ' '))
  const unused = lockForms.filter(({ form }) => !statements.some((statement) => form.test(statement)))
  expect(unused.map(({ form }) => form.source)).toEqual([])
  expect(lockForms.every(({ reason }) => reason.endsWith('.'))).toBe(true)
})

test.each([
  [
    'a default that is another for each row',
    'ALTER TABLE kith.edges ADD COLUMN a uuid DEFAULT gen_random_uuid()',
  ],
  ['a sequence', 'ALTER TABLE kith.edges ADD COLUMN a bigserial'],
  ['a computed column', 'ALTER TABLE kith.edges ADD COLUMN a integer GENERATED ALWAYS AS (kind * 2) STORED'],
  [
    'a column that must not be null without a default',
    'ALTER TABLE kith.edges ADD COLUMN a integer NOT NULL',
  ],
  ['a column that is unique', 'ALTER TABLE kith.edges ADD COLUMN a integer UNIQUE'],
  ['an index under a lock', 'CREATE INDEX edges_a ON kith.edges (a)'],
  ['an index that cannot be in a transaction', 'CREATE INDEX CONCURRENTLY edges_a ON kith.edges (a)'],
  ['another type', 'ALTER TABLE kith.edges ALTER COLUMN kind TYPE integer'],
  ['NOT NULL without a constraint', 'ALTER TABLE kith.edges ALTER COLUMN kind SET NOT NULL'],
  ['a constraint that is checked', 'ALTER TABLE kith.edges ADD CONSTRAINT a CHECK (kind > 0)'],
  ['a constraint that is an index', 'ALTER TABLE kith.edges ADD CONSTRAINT a UNIQUE (id)'],
  ['another primary key', 'ALTER TABLE kith.edges ADD PRIMARY KEY (id)'],
  [
    'a foreign key, which locks two tables',
    'ALTER TABLE kith.edges ADD CONSTRAINT a FOREIGN KEY (from_id) REFERENCES kith.users (id) NOT VALID',
  ],
  ['a validation', 'ALTER TABLE kith.edges VALIDATE CONSTRAINT a'],
  ['a change of all rows', "UPDATE kith.edges SET note = ''"],
  ['a deletion of all rows', 'DELETE FROM kith.edges'],
  ['a copy', 'INSERT INTO kith.samples SELECT * FROM kith.edges'],
  ['a table of what is there', 'CREATE TABLE kith.samples AS SELECT * FROM kith.edges'],
  ['TRUNCATE', 'TRUNCATE kith.edges'],
  ['VACUUM FULL', 'VACUUM FULL kith.edges'],
  ['CLUSTER', 'CLUSTER kith.edges USING edges_pkey'],
  ['a lock', 'LOCK TABLE kith.edges IN ACCESS EXCLUSIVE MODE'],
  ['a trigger', 'CREATE TRIGGER a BEFORE INSERT ON kith.edges EXECUTE FUNCTION f()'],
  ['a second table', 'ALTER TABLE kith.posts ADD COLUMN a integer'],
  ['two changes in one', 'ALTER TABLE kith.edges ADD COLUMN a integer, ALTER COLUMN kind TYPE integer'],
  [
    'a constraint on a column that nothing has filled',
    'ALTER TABLE kith.edges ADD COLUMN a text;\n ALTER TABLE kith.edges ADD CONSTRAINT b CHECK (a IS NOT NULL) NOT VALID',
  ],
])('rejects %s', (_what, statements) => {
  expect(faults(statements)).toHaveLength(1)
})

test('rejects a table that `alters` does not list, a constraint that was not validated, and steps that look elsewhere', () => {
  const column = 'ALTER TABLE kith.edges ADD COLUMN a integer'
  expect(lockFaults([first, { version: 2, statements: column }])).toHaveLength(1)
  const check = 'ALTER TABLE kith.edges ADD CONSTRAINT known CHECK (kind IS NOT NULL) NOT VALID'
  const tightened = {
    version: 3,
    alters: 'edges',
    statements: 'ALTER TABLE kith.edges ALTER COLUMN kind SET NOT NULL',
  }
  const checked = { version: 2, alters: 'edges', statements: check }
  const validation = { kind: 'validation', name: 'known', on: 'edges', constraint: 'known' } as const
  expect(lockFaults([first, checked, tightened])).toHaveLength(1)
  expect(lockFaults([first, { ...checked, steps: [validation] }, tightened])).toEqual([])
  const fill = { kind: 'fill', name: 'fill', on: 'edges', where: 'a IS NULL' } as const
  expect(faults('', [{ ...fill, set: 'a = (SELECT count(*) FROM kith.edges)' }])).toHaveLength(1)
  const index = { kind: 'index', name: 'index', on: 'edges', index: 'a' } as const
  expect(faults('', [{ ...index, keys: '(slow(kind))' }])).toHaveLength(1)
})
