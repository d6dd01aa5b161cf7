import type { Collection } from './collection.ts'
import type { UserDocument } from './user-document.ts'

/** Accounts that do not list their names: of schema 1, or left by another program. */
const unnamed = { username: { $exists: true }, names: { $exists: false } }
/** How many one command changes. */
const most = 500

/** Counts them. */
export async function countUnnamed(users: Collection<UserDocument>): Promise<number> {
  const [found] = await users.aggregate<{ count: number }>([{ $match: unnamed }, { $count: 'count' }])
  return found?.count ?? 0
}

/** Gives them their names, in steps. */
export async function nameSome(
  users: Collection<UserDocument>,
  report: (done: number) => void,
): Promise<void> {
  for (let done = 0; ;) {
    const some = await users.find(unnamed, { fields: ['_id'], limit: most })
    if (some.length === 0) return
    const ids = some.map(({ _id }) => _id)
    await users.updateAll({ _id: { $in: ids }, ...unnamed }, [{ $set: { names: ['$username'] } }])
    done += some.length
    report(done)
  }
}
