import { KithError } from '@kith/core'
import type { Db } from 'mongodb'
import { type Collections, collectionsOf } from './collections.ts'
import { withDeadline } from './deadline.ts'
import { describeDuplicates } from './duplicates.ts'
import type { MongoSettings } from './options.ts'
import { settleAll } from './recover.ts'
import { indexes } from './schema.ts'
import { refuseNewer, schemaId, schemaVersion } from './schema-version.ts'
import type { ServerSource } from './server.ts'
import { isConflictingIndex, isDuplicate, isThere, toStorageError } from './storage-error.ts'

/** Makes the collections and indexes that are not there. Building an index may take long, so only reaching the server is limited. */
export async function migrate({ prefix, timeoutMillis }: MongoSettings, source: ServerSource): Promise<void> {
  try {
    const { database } = await withDeadline(timeoutMillis, () => source.find())
    const options = { comment: 'kith migrate' }
    const collections = collectionsOf({ database, prefix }, options, unlimited)
    const found = await collections.schema.first({ _id: schemaId })
    if (found) refuseNewer(found)
    for (const name of Object.keys(indexes) as (keyof typeof indexes)[]) {
      await prepare(database, { collections, prefix, name })
    }
    // Accounts of version 1, or that another program left, do not name what they keep from others yet.
    if ((found?.version ?? 0) < 2) {
      const unnamed = { username: { $exists: true }, names: { $exists: false } }
      await collections.users.updateAll(unnamed, [{ $set: { names: ['$username'] } }])
    }
    // What was cut off while the server was a standalone would stay so where it has become a replica set.
    await settleAll(collections)
    await collections.schema.upsert({ _id: schemaId }, { $max: { version: schemaVersion } })
  } catch (error) {
    throw toStorageError(error)
  }
}

const unlimited = Object.freeze({ waitingFor: 'storage-unavailable', check: () => {} } as const)

async function prepare(
  database: Db,
  { collections, prefix, name }: { collections: Collections; prefix: string; name: keyof Collections },
): Promise<void> {
  const fullName = `${prefix}${name}`
  try {
    // By itself, because not every collection has an index, and a transaction may be the first to write to it.
    await database.createCollection(fullName)
  } catch (error) {
    if (!isThere(error)) throw error
  }
  try {
    if (indexes[name].length > 0) await database.collection(fullName).createIndexes([...indexes[name]])
  } catch (error) {
    if (isConflictingIndex(error)) {
      throw new KithError('storage-failed', {
        detail: `${fullName} has another index by a name of Kith, or the same one by another name: drop it.`,
        cause: error,
      })
    }
    if (!isDuplicate(error)) throw error
    throw new KithError('storage-failed', { detail: await describeDuplicates(collections.users, fullName) })
  }
}
