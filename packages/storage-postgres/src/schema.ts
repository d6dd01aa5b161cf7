import { audit } from './tables/audit.ts'
import { codes } from './tables/codes.ts'
import { credentials } from './tables/credentials.ts'
import { edges } from './tables/edges.ts'
import { facts } from './tables/facts.ts'
import { media } from './tables/media.ts'
import { posts } from './tables/posts.ts'
import { queues } from './tables/queues.ts'
import { rateLimits } from './tables/rate-limits.ts'
import { revocations } from './tables/revocations.ts'
import { sessions } from './tables/sessions.ts'
import { users } from './tables/users.ts'

/** One version of the schema. */
export interface Migration {
  readonly version: number
  /** Run as one transaction, which has to be short for those who use the tables: an index on a large one is none of its business. */
  readonly statements: string
  /**
   * Whether releases that do not know this version must not use the database any more. A version normally only adds, and takes away
   * in a later release what nobody reads by then; old INSERTs must work beside new columns.
   */
  readonly contracts?: true
}

/**
 * What says how far the schema is. `schema` names the versions that a release has to know to use the database; `schema_steps` names
 * everything that was done.
 */
const versions = `
  CREATE TABLE kith.schema (
    version integer PRIMARY KEY,
    applied_at timestamptz NOT NULL
  );
  CREATE TABLE kith.schema_steps (
    version integer NOT NULL,
    name text COLLATE "C" NOT NULL,
    applied_at timestamptz NOT NULL,
    PRIMARY KEY (version, name)
  );`

/** The schema, step by step. A released step never changes; a change is a new step. */
export const migrations: readonly Migration[] = Object.freeze([
  {
    version: 1,
    contracts: true,
    statements: [
      versions,
      users,
      sessions,
      edges,
      posts,
      media,
      facts,
      queues,
      audit,
      codes,
      credentials,
      revocations,
      rateLimits,
    ].join('\n'),
  },
])

/** The version that this release makes. */
export const newestVersion: number = migrations.at(-1)?.version ?? 0

/** The statements of a version, each by itself, with the one that notes it. */
export function statementsOf({ version, statements, contracts }: Migration): string[] {
  const single = statements.split(/;\s*?(?:\n|$)/).map((statement) => statement.trim())
  return [
    ...single.filter((statement) => statement !== ''),
    ...(contracts ? [`INSERT INTO kith.schema (version, applied_at) VALUES (${version}, now())`] : []),
    `INSERT INTO kith.schema_steps (version, name, applied_at) VALUES (${version}, '', now())`,
  ]
}
