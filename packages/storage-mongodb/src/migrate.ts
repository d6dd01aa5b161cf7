import { KithError } from '@kith/core'
import type { MigrateOptions, PlannedStep, RecountResult } from '@kith/core/ports'
import type { Db } from 'mongodb'
import type { Collection, Identified } from './collection.ts'
import { type Call, createCall } from './connection.ts'
import { unlimited, withDeadline } from './deadline.ts'
import { describeDuplicates, hasUniques } from './duplicates.ts'
import type { MongoSettings } from './options.ts'
import { recountEdges } from './edge-recount.ts'
import { dropNotes, hasNotes } from './noted-changes.ts'
import { recountPosts } from './post-recount.ts'
import { stepsToSchema4 } from './schema-4.ts'
import { indexes } from './schema.ts'
import {
  appliedVersion,
  countsOn,
  neededVersion,
  refuseNewer,
  schemaId,
  schemaVersion,
} from './schema-version.ts'
import type { ServerSource } from './server.ts'
import { isConflictingIndex, isDuplicate, isThere, toStorageError } from './storage-error.ts'
import { createTurns } from './turns.ts'
import { countUnnamed, nameSome } from './unnamed-accounts.ts'

type Name = keyof typeof indexes

/**
 * The dependencies of a migration. Building an index may take long, so only connecting to the server has a time limit.
 */
interface Place {
  readonly database: Db
  readonly prefix: string
  readonly call: Call
}

interface Step extends PlannedStep {
  /** Does the step; `report` is called with its progress. */
  run(report: (done: number) => void): Promise<void>
}

/** Lists what {@link migrate} would do. */
export async function plan(settings: MongoSettings, source: ServerSource): Promise<PlannedStep[]> {
  return inPlace(settings, source, async (place) =>
    (await pending(place)).map(({ name, total }) => ({ name, total })),
  )
}

/** Creates the missing collections and indexes, and changes the documents of older releases. */
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
  })
}

async function inPlace<Result>(
  { prefix, timeoutMillis }: MongoSettings,
  source: ServerSource,
  work: (place: Place) => Promise<Result>,
): Promise<Result> {
  try {
    const server = await withDeadline(timeoutMillis, () => source.find())
    const parts = { server, prefix, inTurn: createTurns(), name: 'migrate', millis: null }
    return await work({
      database: server.database,
      prefix,
      call: createCall({ ...parts, deadline: unlimited() }),
    })
  } catch (error) {
    throw toStorageError(error)
  }
}

const comment = { comment: 'kith migrate' }

async function pending(place: Place): Promise<Step[]> {
  const { call } = place
  const { schema, users } = call.collections
  const found = await schema.first({ _id: schemaId })
  if (found) refuseNewer(found)
  const applied = appliedVersion(found)
  const unprepared = await unpreparedCollections(place)
  const steps: Step[] = unprepared.map((name) => ({
    name: `collection ${place.prefix}${name}`,
    total: 1,
    run: () => prepare(place, name),
  }))
  const isOlder = applied > 0 && applied < 4
  if (isOlder) steps.push(...(await stepsToSchema4(place, { version: found?.version ?? 0, applied })))
  // Accounts of version 1, or left by another program, do not list their names yet.
  if (applied < 2) {
    const total = unprepared.includes('users') ? 0 : await countUnnamed(users)
    steps.push({ name: 'usernames of accounts', total, run: (report) => nameSome(users, report) })
  }
  const noted = isOlder && (await hasNotes(call.collections))
  if (noted) {
    const run = async (): Promise<void> => {
      await schema.update({ _id: schemaId }, { $set: { counts: 'read' } })
      await dropNotes(call.collections)
    }
    steps.push({ name: 'changes that were noted', total: 1, run })
  }
  const counts = countsOn(call.transactional)
  if (counts === 'stored' && (noted || found?.counts === 'read')) {
    steps.push({ name: 'counts', total: 0, run: (report) => countAll(call, report) })
  }
  if (applied < schemaVersion || found?.counts !== counts) {
    const versions = { version: neededVersion, applied: schemaVersion }
    const run = async (): Promise<void> =>
      void (await schema.upsert({ _id: schemaId }, { $max: versions, $set: { counts } }))
    steps.push({ name: `schema ${schemaVersion}`, total: 1, run })
  }
  return steps
}

/** How many nodes are counted at a time. */
const countedAtOnce = 500

/** Counts everything that was counted on reading so far, and stores the counts. */
async function countAll(call: Call, report: (done: number) => void): Promise<void> {
  let done = 0
  for (const recount of [recountEdges, recountPosts]) {
    let after: string | null = null
    do {
      const { checked, next }: RecountResult = await recount(call, after, countedAtOnce)
      report((done += checked))
      after = next
    } while (after !== null)
  }
}

/**
 * The collections that are missing, or lack an index. One of another kind under the same name is detected when it is
 * created.
 */
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

async function prepare({ database, call, prefix }: Place, name: Name): Promise<void> {
  const fullName = `${prefix}${name}`
  try {
    // Separate, because not every collection has an index, and a transaction may be the first to write to it.
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
    if (!isDuplicate(error) || !hasUniques(name)) throw error
    throw new KithError('storage-failed', {
      detail: await describeDuplicates(call.collections[name] as unknown as Collection<Identified>, name),
    })
  }
}
