import type { Migration } from '../src/migration.ts'
import { migrations, newestVersion } from '../src/schema.ts'

const [adds, checks, tightens, clears] = [1, 2, 3, 4].map((number) => newestVersion + number) as [
  number,
  number,
  number,
  number,
]

/** The schema, followed by versions that change the largest table in every way that `lock-forms.ts` allows. */
export const sampleMigrations: readonly Migration[] = [
  ...migrations,
  {
    version: adds,
    alters: 'edges',
    statements: `
      CREATE TABLE kith.samples (
        id uuid PRIMARY KEY,
        note text NOT NULL
      );
      CREATE INDEX samples_by_note ON kith.samples (note);
      ALTER TABLE kith.edges ADD COLUMN note text;
      ALTER TABLE kith.edges ADD COLUMN weight smallint NOT NULL DEFAULT 1;
      ALTER TABLE kith.edges ALTER COLUMN note SET DEFAULT '';
      ALTER TABLE kith.edges SET (autovacuum_vacuum_scale_factor = 0.1);`,
    steps: [
      { kind: 'fill', name: 'notes of edges', on: 'edges', set: "note = ''", where: 'note IS NULL' },
      { kind: 'index', name: 'index edges_by_id', on: 'edges', index: 'edges_by_id', keys: '(id)' },
    ],
  },
  {
    version: checks,
    alters: 'edges',
    statements: 'ALTER TABLE kith.edges ADD CONSTRAINT edges_noted CHECK (note IS NOT NULL) NOT VALID;',
    steps: [{ kind: 'validation', name: 'constraint edges_noted', on: 'edges', constraint: 'edges_noted' }],
  },
  {
    version: tightens,
    alters: 'edges',
    statements: `
      ALTER TABLE kith.edges ALTER COLUMN note SET NOT NULL;
      ALTER TABLE kith.edges DROP CONSTRAINT edges_noted;
      DROP INDEX kith.edges_by_id;`,
  },
  {
    version: clears,
    alters: 'samples',
    statements: 'DROP TABLE kith.samples;',
  },
]
