import { isKithError, KithError, RetryLaterError } from '@kith/core'
import type { Collection, Identified } from './collection.ts'

/** The document that says which releases have created the schema. */
export interface SchemaDocument extends Identified {
  /** The schema that a release has to support to use the database: all that releases up to schema 2 read. */
  version: number
  /** The newest schema that was applied, if it is newer than the one that has to be supported. */
  applied?: number
  /**
   * Whether counts are stored, or counted on reading: as `migrate()` found the server, with or without transactions.
   * Missing in documents of schema 3, where they were stored.
   */
  counts?: 'stored' | 'read'
}

/** Increases with each change of the schema. */
export const schemaVersion = 7

/**
 * What a release has to support to work with {@link schemaVersion}: increases only with a change that it could not work
 * with.
 */
export const neededVersion = 4

/** The id of the one document about the schema. */
export const schemaId = 'schema'

/** Refuses a database that was not migrated: without its indexes it would accept one name for two accounts. */
export async function checkSchema(schema: Collection<SchemaDocument>, transactional: boolean): Promise<void> {
  const found = await schema.first({ _id: schemaId })
  if (!found || appliedVersion(found) < schemaVersion) {
    throw new KithError('storage-failed', {
      detail: 'The schema is missing or outdated: run kith.storage.migrate() first.',
    })
  }
  refuseNewer(found)
  if (found.counts !== countsOn(transactional)) {
    throw new KithError('storage-failed', {
      detail:
        'The server has become another kind, with or without transactions: run kith.storage.migrate() first.',
    })
  }
}

/** How a server stores counts. */
export function countsOn(transactional: boolean): 'stored' | 'read' {
  return transactional ? 'stored' : 'read'
}

/** The newest schema that was applied; 0 if none was. */
export function appliedVersion(found: SchemaDocument | null): number {
  return found ? (found.applied ?? found.version) : 0
}

/** Refuses a database that a newer release has changed so that this one cannot use it. */
export function refuseNewer({ version }: Pick<SchemaDocument, 'version'>): void {
  if (version <= schemaVersion) return
  const detail = `The database has schema ${version} of a newer release, which this one, of schema ${schemaVersion}, cannot use: update the package.`
  throw new RetryLaterError('storage-unavailable', { seconds: 5, detail })
}

const everyMillis = 5_000

/**
 * Checks the schema on the first call, which concurrent calls wait for, and then every few seconds in the background: a
 * newer release may change it under a running process.
 */
export function createSchemaWatch(
  transactional: boolean,
): (first: Collection<SchemaDocument>, again: () => Collection<SchemaDocument>) => Promise<void> {
  let checked: Promise<void> | null = null
  let lookedAt = 0

  async function lookAgain(schema: Collection<SchemaDocument>): Promise<void> {
    try {
      await checkSchema(schema, transactional)
    } catch (error) {
      // The next call checks again. An unreachable server says nothing about the schema.
      if (isKithError(error)) checked = null
    }
  }

  return async (first, again) => {
    const now = performance.now()
    if (checked && now - lookedAt >= everyMillis) {
      lookedAt = now
      void lookAgain(again())
    }
    if (!checked) {
      checked = checkSchema(first, transactional)
      lookedAt = now
    }
    try {
      await checked
    } catch (error) {
      checked = null
      throw error
    }
  }
}
