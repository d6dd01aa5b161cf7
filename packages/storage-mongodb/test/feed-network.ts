import { createHash } from 'node:crypto'
import type { Db } from 'mongodb'
import { edgeKey } from '../src/edge-document.ts'
import { postDocument } from '../src/post-document.ts'
import { toStored } from '../src/stored-ids.ts'
import { userDocument } from '../src/user-document.ts'
import { now, samplePost, sampleUser } from '../../../test/sample-records.ts'

interface Reader {
  id: string
  follows: number
  /** The accounts it follows: some that post, or one that posted once and many that posted later and are banned. The rest never posted. */
  kind: 'busy' | 'quiet'
  /** How many posts its feed has. */
  posts: number
}

/** Readers with few and with many follows, including the worst case. */
export const readers: readonly Reader[] = [
  { id: 'busy10', follows: 10, kind: 'busy', posts: 30 },
  { id: 'busy2000', follows: 2000, kind: 'busy', posts: 30 },
  { id: 'busy5000', follows: 5000, kind: 'busy', posts: 30 },
  { id: 'quiet10', follows: 10, kind: 'quiet', posts: 1 },
  { id: 'quiet5000', follows: 5000, kind: 'quiet', posts: 1 },
]

/** SecantusDB compares each document with each value of `$in`, so there are only slightly more than fit on the pages. */
const writers = 10
const strangers = 50
const bannedWriters = 50

/** Fills a database with these readers, without the ports, which would take minutes. */
export async function fillNetwork(database: Db): Promise<void> {
  const insert = (name: string, rows: object[]): Promise<unknown> =>
    database.collection(`kith_${name}`).insertMany(rows.map(toStored))
  await insert('edges', readers.flatMap(followsOf))
  const banned = Array.from({ length: bannedWriters }, (_, index) => authorOf('quiet', index + 1))
  await insert(
    'users',
    banned.map((id) => userDocument({ ...sampleUser(id), bannedAt: now })),
  )
  const authors = [
    authorOf('quiet', 0),
    ...Array.from({ length: writers * 3 }, (_, index) => authorOf('busy', index % writers)),
    ...Array.from({ length: strangers }, (_, index) => idOf(`stranger ${index}`)),
    ...banned,
  ]
  const posts = authors.map((author, index) => samplePost(idOf('post', index), author))
  await insert(
    'posts',
    posts.map((post) => postDocument(post)),
  )
}

function authorOf(kind: Reader['kind'], index: number): string {
  return idOf(kind, index)
}

/** An id that stands for a string and a number, by which it sorts. */
export function idOf(text: string, index = 0): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-${String(index).padStart(12, '0')}`
}

function followsOf({ id, follows, kind }: Reader): object[] {
  const from = idOf(id)
  return Array.from({ length: follows }, (_, index) => {
    const edge = {
      id: idOf(`${from} follows`, index),
      kind: 'follow',
      from,
      to: authorOf(kind, index),
    } as const
    return { ...edgeKey(edge), ...edge, hidden: 0 }
  })
}
