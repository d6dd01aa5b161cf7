import type {
  AnyBulkWriteOperation,
  ClientSession,
  Collection as DriverCollection,
  Document,
  Filter,
  OptionalUnlessRequiredId,
  Sort,
  UpdateFilter,
} from 'mongodb'
import type { Deadline } from './deadline.ts'
import { reasonOfBulk } from './storage-error.ts'
import { fromStored, toStored } from './stored-ids.ts'

/** The common fields of all documents. */
export interface Identified {
  _id: string
}

/** Sent with every command of a call. */
export interface CommandOptions {
  /** The name of the call, which the server shows in its logs. */
  comment: string
  maxTimeMS?: number
  session?: ClientSession
}

/** Options for reading documents. */
interface Reading<Field> {
  /** The fields to return; all by default. */
  fields?: readonly Field[]
  sort?: Sort
  limit?: number
  skip?: number
  /** The name of the index to use, if the server might choose a worse one. */
  index?: string
}

/** One of several changes in one command. */
export interface Change<Row extends Identified> {
  filter: Filter<Row>
  update: UpdateFilter<Row>
}

/**
 * The commands of one call on one collection. Each method sends one command, and none when the time of the call is up.
 */
export interface Collection<Row extends Identified> {
  readonly name: string
  /** Fails with code 11000 if the id or a unique field is in use. */
  insert(row: Row): Promise<void>
  /** Inserts several in one command, in their order. */
  insertAll(rows: readonly Row[]): Promise<void>
  find<Field extends keyof Row = keyof Row>(
    filter: Filter<Row>,
    reading?: Reading<Field>,
  ): Promise<Pick<Row, Field>[]>
  first(filter: Filter<Row>): Promise<Row | null>
  aggregate<Answer>(pipeline: readonly Document[]): Promise<Answer[]>
  /** Changes one document. Returns whether it existed. */
  update(filter: Filter<Row>, update: UpdateFilter<Row>): Promise<boolean>
  /** Changes one document, or inserts it. */
  upsert(filter: Filter<Row>, update: UpdateFilter<Row> | Document[]): Promise<void>
  /** Changes one document. Returns it after the change. */
  change(filter: Filter<Row>, update: UpdateFilter<Row>): Promise<Row | null>
  /** Changes one document, or inserts it. Returns it after the change. */
  changeOrInsert(filter: Filter<Row>, update: UpdateFilter<Row>): Promise<Row>
  updateAll(filter: Filter<Row>, update: UpdateFilter<Row> | Document[]): Promise<number>
  /** Makes several changes of one document each, in order. Returns how many matched one. */
  updateEach(changes: readonly Change<Row>[]): Promise<number>
  remove(filter: Filter<Row>): Promise<boolean>
  /** Removes one document. Returns it as it was. */
  take(filter: Filter<Row>): Promise<Row | null>
  removeAll(filter: Filter<Row>): Promise<number>
}

/** The size of the first batch: no call reads more at a time, so that it is one command. */
const batchSize = 1_000_000

/** Creates the commands of one call. */
export function createCollection<Row extends Identified>(
  collection: DriverCollection<Row>,
  options: CommandOptions,
  deadline: Deadline,
): Collection<Row> {
  async function send<Answer>(command: (options: CommandOptions) => Promise<Answer>): Promise<Answer> {
    deadline.check()
    return fromStored(await command(options))
  }
  const after = { ...options, returnDocument: 'after' } as const

  return {
    name: collection.collectionName,
    insert: (row) =>
      send(
        async () =>
          void (await collection.insertOne(toStored(row) as OptionalUnlessRequiredId<Row>, options)),
      ),
    insertAll: (rows) =>
      send(
        async () =>
          void (await collection.insertMany(toStored([...rows]) as OptionalUnlessRequiredId<Row>[], options)),
      ),
    find: <Field extends keyof Row>(
      filter: Filter<Row>,
      { fields, index, ...reading }: Reading<Field> = {},
    ) =>
      send(
        () =>
          collection
            .find(toStored(filter), {
              ...options,
              ...reading,
              ...projectionOf(fields),
              ...(index !== undefined && { hint: index }),
              batchSize,
            })
            .toArray() as Promise<unknown> as Promise<Pick<Row, Field>[]>,
      ),
    first: (filter) => send(() => collection.findOne(toStored(filter), options) as Promise<Row | null>),
    aggregate: <Answer>(pipeline: readonly Document[]) =>
      send(
        () =>
          collection
            .aggregate(toStored([...pipeline]), { ...options, batchSize })
            .toArray() as Promise<unknown> as Promise<Answer[]>,
      ),
    update: (filter, update) =>
      send(
        async () =>
          (await collection.updateOne(toStored(filter), toStored(update), options)).matchedCount === 1,
      ),
    change: (filter, update) =>
      send(
        () =>
          collection.findOneAndUpdate(
            toStored(filter),
            toStored(update),
            after,
          ) as Promise<unknown> as Promise<Row | null>,
      ),
    changeOrInsert: (filter, update) =>
      send(
        () =>
          collection.findOneAndUpdate(toStored(filter), toStored(update), {
            ...after,
            upsert: true,
          }) as Promise<unknown> as Promise<Row>,
      ),
    upsert: (filter, update) =>
      send(
        async () =>
          void (await collection.updateOne(toStored(filter), toStored(update), { ...options, upsert: true })),
      ),
    updateAll: (filter, update) =>
      send(
        async () => (await collection.updateMany(toStored(filter), toStored(update), options)).modifiedCount,
      ),
    updateEach: (changes) =>
      send(async () => {
        if (changes.length === 0) return 0
        const operations = changes.map((change) => ({
          updateOne: toStored(change),
        })) as AnyBulkWriteOperation<Row>[]
        try {
          return (await collection.bulkWrite(operations, options)).matchedCount
        } catch (error) {
          throw reasonOfBulk(error)
        }
      }),
    remove: (filter) =>
      send(async () => (await collection.deleteOne(toStored(filter), options)).deletedCount === 1),
    take: (filter) =>
      send(
        () =>
          collection.findOneAndDelete(toStored(filter), options) as Promise<unknown> as Promise<Row | null>,
      ),
    removeAll: (filter) =>
      send(async () => (await collection.deleteMany(toStored(filter), options)).deletedCount),
  }
}

function projectionOf(fields: readonly PropertyKey[] | undefined): { projection?: Document } {
  if (!fields) return {}
  const wanted = fields.map((field) => [field, 1] as const)
  return { projection: { _id: 0, ...Object.fromEntries(wanted) } }
}
