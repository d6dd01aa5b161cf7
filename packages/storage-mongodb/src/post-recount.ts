import type { CountDifference, RecountResult } from '@kith/core/ports'
import type { Condition } from 'mongodb'
import type { Collections } from './collections.ts'
import type { Call } from './connection.ts'
import { recount, within } from './recount.ts'
import type { UserDocument } from './user-document.ts'

/** Compares the counts of authors with their posts. */
export function recountPosts(call: Call, after: string | null, limit: number): Promise<RecountResult> {
  const { users } = call.collections
  return recount<Pick<UserDocument, '_id' | 'posts'>, number>(
    {
      read: (from, size) =>
        users.find(
          { _id: within({ after: from, last: null }) },
          { fields: ['_id', 'posts'], sort: { _id: 1 }, limit: size },
        ),
      count: (range) => countPosts(call.collections, within(range)),
      compare: compareAuthor,
      correct: (authorId) => correct(call, authorId),
    },
    after,
    limit,
  )
}

/** Compares the count of one author with the posts, even during concurrent changes, and corrects it. */
function correct({ atomically }: Call, authorId: string): Promise<CountDifference[]> {
  return atomically([authorId], async (within, abort) => {
    // Written first, as in the recount of edges.
    const row = await within.users.change({ _id: authorId }, { $inc: { changes: 1 } })
    const posts = (await countPosts(within, authorId)).get(authorId) ?? 0
    const differences = row ? compareAuthor(authorId, row, posts) : []
    if (differences.length === 0) await abort()
    else await within.users.update({ _id: authorId }, { $set: { posts } })
    return differences
  })
}

/** How many live posts each matching author has, read from the index alone. */
export async function countPosts(
  { posts }: Pick<Collections, 'posts'>,
  authorId: Condition<string>,
): Promise<Map<string, number>> {
  const rows = await posts.aggregate<{ _id: string; posts: number }>([
    { $match: { authorId, state: 'live' } },
    { $group: { _id: '$authorId', posts: { $sum: 1 } } },
  ])
  return new Map(rows.map((row) => [row._id, row.posts]))
}

function compareAuthor(
  node: string,
  row: Pick<UserDocument, 'posts'>,
  counted: number | undefined,
): CountDifference[] {
  const stored = row.posts ?? 0
  if (stored === (counted ?? 0)) return []
  return [{ kind: 'post', node, stored: { out: stored, in: 0 }, counted: { out: counted ?? 0, in: 0 } }]
}
