import type { Connection } from './connection.ts'
import { checkSchema } from './schema-version.ts'

/** Reads the version of the schema: that shows that the server responds, and that it has this release's collections. */
export async function check(connection: Connection): Promise<null> {
  await connection.call('check', ({ collections, transactional }) =>
    checkSchema(collections.schema, transactional),
  )
  return null
}
