import type { Collection } from './collection.ts'
import { identifiers, type UserDocument } from './user-document.ts'

/** So many groups of accounts are named. */
const named = 20

/** Says which accounts share an identifier, by their ids: what they share is nobody else's business. */
export async function describeDuplicates(
  users: Collection<UserDocument>,
  collection: string,
): Promise<string> {
  const lines: string[] = []
  for (const field of identifiers) {
    const groups = await users.aggregate<{ ids: string[] }>([
      { $match: { [field]: { $exists: true } } },
      { $group: { _id: `$${field}`, ids: { $push: '$_id' }, accounts: { $sum: 1 } } },
      { $match: { accounts: { $gt: 1 } } },
      { $limit: named + 1 },
    ])
    for (const { ids } of groups.slice(0, named)) lines.push(`one ${field}: ${ids.sort().join(', ')}`)
    if (groups.length > named) lines.push(`and more with one ${field}`)
  }
  return (
    `Accounts in ${collection} share what has to be unique: ${lines.join('; ')}. ` +
    'No account was changed: give all but one of each group another value, or none, and run kith.storage.migrate() again.'
  )
}
