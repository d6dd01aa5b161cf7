import { quoted } from './compile.ts'
import type { Statements } from './connection.ts'
import type { IndexStep } from './migration.ts'

/** What makes an index find a text anywhere in a column: https://www.postgresql.org/docs/current/pgtrgm.html. */
const extension = 'pg_trgm'

const index: string = 'users_identifiers'

/** Whether the index is there and complete. */
export const hasTrigrams: string = `EXISTS (SELECT 1 FROM pg_index WHERE indexrelid = to_regclass('kith.${index}') AND indisvalid)`

/**
 * The index that searches accounts anywhere in their identifiers. It belongs to no version, because a database can do without it and
 * may get or lose the extension at any time: `migrate()` builds it where the extension is there and the index is not.
 */
export async function missingTrigrams({ get }: Statements): Promise<IndexStep | null> {
  const found = await get<{ schema: string }>(
    `SELECT nspname AS schema FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
      WHERE extname = '${extension}' AND has_schema_privilege(pg_namespace.oid, 'USAGE') AND NOT ${hasTrigrams}`,
  )
  return found && trigramsIn(found.schema)
}

/** The step that builds it, with the extension in that schema. */
export function trigramsIn(schema: string): IndexStep {
  const keys = ['username', 'email', 'phone'].map((column) => `${column} ${quoted(schema)}.gin_trgm_ops`)
  return {
    kind: 'index',
    name: 'index for searches anywhere in a username, email address or phone number',
    on: 'users',
    index,
    keys: `USING gin (${keys.join(', ')})`,
  }
}
