import { KithError } from '@kith/core'
import type { Collection, Identified } from './collection.ts'

/** The document that says which release made the schema. */
export interface SchemaDocument extends Identified {
  version: number
}

/** Rises with each change of the schema that an older release could not work with. */
export const schemaVersion = 3

/** The id of the one document about the schema. */
export const schemaId = 'schema'

/** Refuses a database that was not migrated: without its indexes it would take one name for two accounts. */
export async function checkSchema(schema: Collection<SchemaDocument>): Promise<void> {
  const found = await schema.first({ _id: schemaId })
  if (!found || found.version < schemaVersion) {
    throw new KithError('storage-failed', {
      detail: 'The schema is not there yet, or of an older release: run kith.storage.migrate() first.',
    })
  }
  refuseNewer(found)
}

/** Refuses a database that a newer release has written. */
export function refuseNewer({ version }: Pick<SchemaDocument, 'version'>): void {
  if (version <= schemaVersion) return
  throw new KithError('storage-failed', {
    detail: `The database has schema ${version} of a newer release; this one knows ${schemaVersion}.`,
  })
}
