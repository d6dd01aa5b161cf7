import { setTimeout as wait } from 'node:timers/promises'
import type { Collection, Db, Document } from 'mongodb'
import { fromStored, toStored } from './stored-ids.ts'

/**
 * The migration to schema 4: ids are bytes instead of strings, the counts of nodes and authors are in their accounts
 * and posts, and what is to be purged once is not purged again. An id cannot be changed in place, so each document is
 * copied and the original removed; after an interruption both may exist, and the copy is made again.
 */
const collections = Object.freeze(['users', 'sessions', 'edges', 'posts', 'media'] as const)
type Name = (typeof collections)[number]

/** A document as the driver returns it. Its id is a string, or the bytes for a string. */
interface Raw extends Document {
  _id: string
}

/** How many documents one command copies. */
const atOnce = 500

/** Longer than a process of an earlier release takes to check the schema, and a call of it to end. */
const noticeMillis = 10_000

/** One step. */
interface Step {
  name: string
  total: number
  run(report: (done: number) => void): Promise<void>
}

/** The remaining steps. Releases with only an earlier schema are locked out first. */
export async function stepsToSchema4(
  { database, prefix }: { database: Db; prefix: string },
  { version, applied }: { version: number; applied: number },
): Promise<Step[]> {
  const open = (name: string): Collection<Raw> => database.collection<Raw>(`${prefix}${name}`)
  const steps: Step[] = []
  if (version < 4) {
    const run = async (): Promise<void> => {
      await open('schema').updateOne({ _id: 'schema' }, { $set: { version: 4, applied } })
      await wait(noticeMillis)
    }
    steps.push({ name: 'releases before schema 4 are kept out', total: 1, run })
  }
  for (const name of collections) {
    const total = await open(name).countDocuments({ _id: { $type: 'string' } })
    if (total > 0) steps.push({ name: `ids of ${name}`, total, run: (report) => copyAll(open, name, report) })
  }
  steps.push({ name: 'what schema 3 had besides', total: 1, run: () => dropRest(open) })
  return steps
}

type Open = (name: string) => Collection<Raw>

async function copyAll(open: Open, name: Name, report: (done: number) => void): Promise<void> {
  const rows = open(name)
  if (name === 'users') await finishUsers(rows)
  let done = 0
  for (let last = ''; ;) {
    const some = await rows
      .find({ _id: { $type: 'string', $gt: last } })
      .sort({ _id: 1 })
      .limit(atOnce)
      .toArray()
    if (some.length === 0) return
    last = some.at(-1)?._id ?? ''
    await copySome(open, name, some)
    report((done += some.length))
  }
}

async function copySome(open: Open, name: Name, some: readonly Raw[]): Promise<void> {
  const rows = open(name)
  const ids = some.map(({ _id }) => _id)
  const counts = new Map<string, Document>()
  for (const counters of name === 'users' ? ['nodes', 'authors'] : name === 'posts' ? ['nodes'] : []) {
    for await (const { _id, ...fields } of open(counters).find({ _id: { $in: ids } })) {
      counts.set(_id, { ...counts.get(_id), ...fields })
    }
  }
  const copies = some.map((row) => copyOf(name, { ...counts.get(row._id), ...row }))
  const isMoved = copies.map(({ _id }) => typeof _id !== 'string')
  await insertNew(
    rows,
    copies.filter((_, index) => isMoved[index]),
  )
  await rows.deleteMany({ _id: { $in: ids.filter((_, index) => isMoved[index]) } })
  if (name === 'users') await finishUsers(rows)
  // An id that is not a UUID stays as it is.
  for (const copy of copies.filter((_, index) => !isMoved[index])) {
    const { moved, ...row } = copy
    await rows.replaceOne({ _id: copy._id }, { ...row, ...(moved as Document | undefined) })
  }
}

/** Those of these documents that do not exist yet. */
async function insertNew(rows: Collection<Raw>, copies: readonly Raw[]): Promise<void> {
  if (copies.length === 0) return
  const there = await rows
    .find({ _id: { $in: copies.map(({ _id }) => _id) } }, { projection: { _id: 1 } })
    .toArray()
  const known = new Set(there.map(({ _id }) => fromStored(_id)))
  const fresh = copies.filter(({ _id }) => !known.has(fromStored(_id)))
  if (fresh.length > 0) await rows.insertMany([...fresh])
}

/** The document in its new form. An account keeps its unique fields apart until its original is gone. */
function copyOf(
  name: Name,
  { againAt, removedBy, replacing, changedAt, applied, floor, turns, ...row }: Raw,
): Raw {
  if (name !== 'users') return toStored(row as Raw)
  const { username, email, phone, names, ...others } = row as Raw
  const unique = Object.entries({ username, email, phone, names }).filter(([, value]) => value !== undefined)
  return toStored({
    ...others,
    ...(againAt !== undefined && { toPurge: true }),
    moved: Object.fromEntries(unique),
  } as unknown as Raw)
}

/** Removes the originals of copied accounts, and gives the copies their unique fields. */
async function finishUsers(rows: Collection<Raw>): Promise<void> {
  for (;;) {
    const copies = await rows
      .find({ moved: { $exists: true } })
      .limit(atOnce)
      .toArray()
    if (copies.length === 0) return
    await rows.deleteMany({ _id: { $in: copies.map(({ _id }) => fromStored(_id)) } })
    await rows.bulkWrite(
      copies.map(({ _id, moved }) => ({
        updateOne: { filter: { _id }, update: { $set: { ...(moved as Document) }, $unset: { moved: '' } } },
      })),
    )
  }
}

const goneIndexes: readonly [Name, string][] = [
  ['users', 'removals'],
  ['posts', 'removals'],
  ['posts', 'pending'],
  ['edges', 'pending'],
  ['media', 'replacing'],
]

async function dropRest(open: Open): Promise<void> {
  for (const name of ['nodes', 'authors']) await open(name).drop()
  for (const [name, index] of goneIndexes) {
    const made = await open(name).indexes()
    if (made.some((one) => one.name === index)) await open(name).dropIndex(index)
  }
}
