import type { Collection, Identified } from './collection.ts'
import { identifiers } from './user-document.ts'

/** How many groups are named. */
const named = 20

/** A collection with unique fields. */
export type UniqueName = 'users' | 'credentials'

/** Its name for operators, and the fields that are unique together. */
const uniques: Readonly<Record<UniqueName, { record: string; all: readonly (readonly string[])[] }>> =
  Object.freeze({
    users: { record: 'account', all: identifiers.map((name) => [name]) },
    credentials: { record: 'credential', all: [['kind', 'subject']] },
  })

/** Whether a collection has any. */
export function hasUniques(name: string): name is UniqueName {
  return name in uniques
}

/** Names the documents that share a unique value, by their ids: the value itself is private. */
export async function describeDuplicates(rows: Collection<Identified>, name: UniqueName): Promise<string> {
  const { record, all } = uniques[name]
  const lines: string[] = []
  for (const fields of all) {
    const groups = await rows.aggregate<{ ids: string[] }>([
      { $match: Object.fromEntries(fields.map((field) => [field, { $exists: true }])) },
      {
        $group: {
          _id: Object.fromEntries(fields.map((field) => [field, `$${field}`])),
          ids: { $push: '$_id' },
          documents: { $sum: 1 },
        },
      },
      { $match: { documents: { $gt: 1 } } },
      { $limit: named + 1 },
    ])
    const what = fields.join(' and ')
    for (const { ids } of groups.slice(0, named)) lines.push(`one ${what}: ${ids.sort().join(', ')}`)
    if (groups.length > named) lines.push(`and more with one ${what}`)
  }
  return (
    `${record[0]?.toUpperCase()}${record.slice(1)}s in ${rows.name} share what has to be unique: ${lines.join('; ')}. ` +
    `No ${record} was changed: give all but one of each group another value, or none, and run kith.storage.migrate() again.`
  )
}
