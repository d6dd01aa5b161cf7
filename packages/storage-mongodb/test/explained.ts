import type { Db, Document } from 'mongodb'
import type { SentCommand } from './sent-commands.ts'
import { orderProblems } from './index-order.ts'
import { type Selection, selectionsOf, valuesOf } from './selections.ts'

/** The plan of a command, as the server reports it. */
export interface Plan {
  stages: string[]
  /** The key patterns of the indexes that it reads. */
  keys: Document[]
  keysExamined: number
  documentsExamined: number
}

/** Fields that belong to a session or a cursor and not to a plan. */
const notExplained = new Set([
  ...['lsid', 'txnNumber', 'startTransaction', 'autocommit', '$clusterTime', '$db', '$readPreference'],
  ...['readConcern', 'writeConcern', 'comment', 'maxTimeMS', 'batchSize'],
])

/** Makes a mongod explain a command, each of its statements separately. */
export async function explainCommand(database: Db, { name, command }: SentCommand): Promise<Plan[]> {
  const plain = Object.fromEntries(Object.entries(command).filter(([field]) => !notExplained.has(field)))
  const list = name === 'update' ? 'updates' : name === 'delete' ? 'deletes' : null
  const single = list ? (command[list] as Document[]).map((one) => ({ ...plain, [list]: [one] })) : [plain]
  return Promise.all(
    single.map((one) => explain(database, name === 'aggregate' ? { ...one, cursor: {} } : one)),
  )
}

/**
 * The same on SecantusDB, as `find`: for a write, its `explain` ignores the filter. It only uses an index for conditions on
 * the index's first fields, with one value each and at most one range other than `$ne`, so those of each selection are explained; if no
 * index begins with any of them, all of it is.
 */
export async function explainSelections(database: Db, { name, command }: SentCommand): Promise<Plan[]> {
  const plans: Plan[] = []
  for (const { collection, ...selection } of selectionsOf(name, command)) {
    const indexes = await database.collection(collection).indexes()
    const filter = firstFields(
      { collection, ...selection },
      indexes.map(({ key }) => key as Document),
    )
    plans.push(await explain(database, { find: collection, ...selection, filter }))
  }
  return plans
}

/** The part of a condition that matches the beginning of the index that serves it best, up to a range. */
function firstFields(selection: Selection, keys: readonly Document[]): Document {
  const { filter } = selection
  const [best = {}] = keys
    .filter((key) => Object.keys(key).some((field, place) => place === 0 && field in filter))
    .map((key) => ({ key, problems: orderProblems(selection, key).length }))
    .sort((a, b) => a.problems - b.problems)
    .map(({ key }) => key)
  // For a range of `_id` it reports COLLSCAN as well; that index always exists.
  if (Object.keys(best).join() === '_id') return { _id: '' }
  const part: Document = {}
  for (const field of Object.keys(best)) {
    if (!(field in filter) || isOtherThan(filter[field])) break
    const values = valuesOf(filter[field])
    part[field] = values ? values[0] : filter[field]
    if (!values) break
  }
  return Object.keys(part).length > 0 ? part : filter
}

function isOtherThan(condition: unknown): boolean {
  return typeof condition === 'object' && condition !== null && '$ne' in condition
}

async function explain(database: Db, command: Document): Promise<Plan> {
  const answer = await database.command({ explain: command, verbosity: 'executionStats' })
  const plan: Plan = { stages: [], keys: [], keysExamined: 0, documentsExamined: 0 }
  collect(answer, plan, false)
  return plan
}

/** The shape of the response depends on the command and the engine; these names do not. */
function collect(node: unknown, plan: Plan, inPlan: boolean): void {
  if (Array.isArray(node)) for (const item of node) collect(item, plan, inPlan)
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return
  const { stage, keyPattern, totalKeysExamined, totalDocsExamined, ...rest } = node as Document
  if (inPlan && typeof stage === 'string') plan.stages.push(stage)
  if (inPlan && typeof stage === 'string' && /^(IDHACK|EXPRESS|CLUSTERED_IXSCAN)/.test(stage)) {
    plan.keys.push((keyPattern as Document | undefined) ?? { _id: 1 })
  } else if (inPlan && keyPattern) plan.keys.push(keyPattern as Document)
  if (typeof totalKeysExamined === 'number') plan.keysExamined += totalKeysExamined
  if (typeof totalDocsExamined === 'number') plan.documentsExamined += totalDocsExamined
  for (const [name, part] of Object.entries(rest)) {
    if (name !== 'command' && name !== 'rejectedPlans') collect(part, plan, inPlan || name === 'winningPlan')
  }
}
