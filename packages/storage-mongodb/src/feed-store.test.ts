import { randomUUID } from 'node:crypto'
import { BSON, type Document } from 'mongodb'
import { expect, test } from 'vitest'
import type { Call, Connection } from './connection.ts'
import { createFeedStore } from './feed-store.ts'

const largestDocument = 16 * 1024 * 1024

test('an account that follows 400,000 others sends no command that exceeds the maximum size of a document', async () => {
  const followed = Array.from({ length: 400_000 }, () => ({ to: randomUUID() }))
  const banned = followed.at(-1)?.to ?? ''
  const asked: Document[] = []
  const shown: Document[] = []
  const collections = {
    edges: { find: async () => followed },
    users: {
      async find(filter: Document) {
        asked.push(filter)
        return (filter['_id'] as { $in: string[] }).$in.includes(banned) ? [{ _id: banned }] : []
      },
    },
    posts: {
      name: 'kith_posts',
      async aggregate(pipeline: Document[]) {
        shown.push({ pipeline })
        return []
      },
    },
  }
  const connection = {
    call: (_name: string, work: (call: Call) => unknown) => work({ collections } as unknown as Call),
  } as unknown as Connection
  await createFeedStore(connection).home(randomUUID(), { limit: 21, before: null })
  expect(asked).toHaveLength(3)
  for (const command of [...asked, ...shown]) {
    expect(BSON.calculateObjectSize(command)).toBeLessThan(largestDocument * 0.75)
  }
  expect(asked.flatMap((filter) => (filter['_id'] as { $in: string[] }).$in)).toHaveLength(400_001)
  // A banned account is left out, in whichever command it was found.
  expect(JSON.stringify(shown)).not.toContain(banned)
  expect(JSON.stringify(shown.at(-1))).toContain(followed.at(-2)?.to)
})
