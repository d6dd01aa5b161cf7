import type { CountDifference, RecountResult } from '@kith/core/ports'
import type { Condition, UpdateFilter } from 'mongodb'
import type { Collections } from './collections.ts'
import type { Call } from './connection.ts'
import type { AuthorDocument } from './counter-documents.ts'
import type { PostChanges } from './post-changes.ts'
import { recount, within } from './recount.ts'

/** Compares the counts of authors with their posts. */
export function recountPosts(
  call: Call,
  { correct }: PostChanges,
  { after, limit }: { after: string | null; limit: number },
): Promise<RecountResult> {
  const { authors } = call.collections
  return recount<AuthorDocument, number>(
    {
      read: (from, size) =>
        authors.find({ _id: within({ after: from, last: null }) }, { sort: { _id: 1 }, limit: size }),
      count: (range) => countPosts(call.collections, within(range)),
      compare: compareAuthor,
      correct: (authorId) => correct(call, authorId),
    },
    after,
    limit,
  )
}

/** What is wrong with the count of an author, and the update that sets it right. */
export async function compareCount(
  collections: Collections,
  authorId: string,
  row: AuthorDocument | null,
): Promise<{ differences: CountDifference[]; update: UpdateFilter<AuthorDocument> }> {
  const posts = (await countPosts(collections, authorId)).get(authorId) ?? 0
  const differences = compareAuthor(authorId, row ?? undefined, posts)
  return { differences, update: { $set: { posts }, $inc: { changes: 1 } } }
}

async function countPosts({ posts }: Collections, authorId: Condition<string>): Promise<Map<string, number>> {
  const rows = await posts.aggregate<{ _id: string; posts: number }>([
    { $match: { authorId, state: 'live' } },
    { $group: { _id: '$authorId', posts: { $sum: 1 } } },
  ])
  return new Map(rows.map((row) => [row._id, row.posts]))
}

function compareAuthor(
  node: string,
  row: AuthorDocument | undefined,
  counted: number | undefined,
): CountDifference[] {
  const stored = row?.posts ?? 0
  if (stored === (counted ?? 0)) return []
  return [{ kind: 'post', node, stored: { out: stored, in: 0 }, counted: { out: counted ?? 0, in: 0 } }]
}
