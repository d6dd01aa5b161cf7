import { KithError } from '@kith/core'
import type { MigrateOptions, PlannedStep } from '@kith/core/ports'
import type { Db } from 'mongodb'
import { type Collections, collectionsOf } from './collections.ts'
import { withDeadline } from './deadline.ts'
import { describeDuplicates } from './duplicates.ts'
import type { MongoSettings } from './options.ts'
import { settleAll } from './recover.ts'
import { indexes } from './schema.ts'
import { appliedVersion, neededVersion, refuseNewer, schemaId, schemaVersion } from './schema-version.ts'
import type { ServerSource } from './server.ts'
import { isConflictingIndex, isDuplicate, isThere, toStorageError } from './storage-error.ts'
import { countUnnamed, nameSome } from './unnamed-accounts.ts'

type Name = keyof typeof indexes

/** Where a migration works. Building an index may take long, so only reaching the server is limited in time. */
interface Place {
  readonly database: Db
  readonly prefix: string
  readonly collections: Collections
}

interface Step extends PlannedStep {
  /** Does the step; `report` says how far it has come. */
  run(report: (done: number) => void): Promise<void>
}

/** Lists what {@link migrate} would do. */
export async function plan(settings: MongoSettings, source: ServerSource): Promise<PlannedStep[]> {
  return inPlace(settings, source, async (place) =>
    (await pending(place)).map(({ name, total }) => ({ name, total })),
  )
}

/** Makes the collections and indexes that are not there, and changes the documents of older releases. */
export async function migrate(
  settings: MongoSettings,
  source: ServerSource,
  { progress = () => {} }: MigrateOptions = {},
): Promise<void> {
  await inPlace(settings, source, async (place) => {
    for (const { name, total, run } of await pending(place)) {
      progress({ step: name, done: 0, total })
      await run((done) => progress({ step: name, done, total: Math.max(total, done) }))
      progress({ step: name, done: total, total })
    }
    // What was cut off while the server was a standalone would stay so where it has become a replica set.
    await settleAll(place.collections)
  })
}

async function inPlace<Result>(
  { prefix, timeoutMillis }: MongoSettings,
  source: ServerSource,
  work: (place: Place) => Promise<Result>,
): Promise<Result> {
  try {
    const { database } = await withDeadline(timeoutMillis, () => source.find())
    return await work({
      database,
      prefix,
      collections: collectionsOf({ database, prefix }, comment, unlimited),
    })
  } catch (error) {
    throw toStorageError(error)
  }
}

const comment = { comment: 'kith migrate' }
const unlimited = Object.freeze({ waitingFor: 'storage-unavailable', check: () => {} } as const)

async function pending(place: Place): Promise<Step[]> {
  const { schema, users } = place.collections
  const found = await schema.first({ _id: schemaId })
  if (found) refuseNewer(found)
  const applied = appliedVersion(found)
  const unprepared = await unpreparedCollections(place)
  const steps: Step[] = unprepared.map((name) => ({
    name: `collection ${place.prefix}${name}`,
    total: 1,
    run: () => prepare(place, name),
  }))
  // Accounts of version 1, or that another program left, do not name what they keep from others yet.
  if (applied < 2) {
    const total = unprepared.includes('users') ? 0 : await countUnnamed(users)
    steps.push({ name: 'usernames of accounts', total, run: (report) => nameSome(users, report) })
  }
  if (applied < schemaVersion) {
    const versions = { version: neededVersion, applied: schemaVersion }
    const run = async (): Promise<void> => void (await schema.upsert({ _id: schemaId }, { $max: versions }))
    steps.push({ name: `schema ${schemaVersion}`, total: 1, run })
  }
  return steps
}

/** The collections that are not there, or lack an index. One of another kind under the same name is found as it is made. */
async function unpreparedCollections({ database, prefix }: Place): Promise<Name[]> {
  const there = new Set(
    (await database.listCollections({}, { ...comment, nameOnly: true }).toArray()).map(({ name }) => name),
  )
  const all = Object.keys(indexes) as Name[]
  const lacking = await Promise.all(
    all.map(async (name) => {
      if (!there.has(`${prefix}${name}`)) return true
      if (indexes[name].length === 0) return false
      const made = await database.collection(`${prefix}${name}`).listIndexes(comment).toArray()
      return indexes[name].some(
        (index) =>
          !made.some(
            (one) => one['name'] === index.name && JSON.stringify(one['key']) === JSON.stringify(index.key),
          ),
      )
    }),
  )
  return all.filter((_, index) => lacking[index])
}

async function prepare({ database, collections, prefix }: Place, name: Name): Promise<void> {
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
