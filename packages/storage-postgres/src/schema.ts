import type { Migration } from './migration.ts'
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

/**
 * The progress of the schema. `schema` lists the versions that a release has to support to use the database;
 * `schema_steps` lists everything that was done; `schema_lease` has a row while a process runs a long step.
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
  );
  CREATE TABLE kith.schema_lease (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    holder uuid NOT NULL,
    until timestamptz NOT NULL
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

/** The version of this release. */
export const newestVersion: number = migrations.at(-1)?.version ?? 0
