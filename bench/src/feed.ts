// How long a page of the home feed takes, by how many accounts its reader follows.
//   pnpm --filter @kith/bench feed [--users 100000] [--posts 2000000] [--seed 1] [--directory DIR]
//     [--readers 50] [--rounds 12]
// The network is made once for its numbers and kept in the directory; a second run only measures. With MONGODB_URI it is kept
// on that server, in a database of its own: `kith_bench_…`.
import { parseArgs } from 'node:util'
import { createKith, type Viewer } from '@kith/core'
import { userId } from './ids.ts'
import { openMongodb, openSqlite } from './open-network.ts'
import { percentile } from './percentile.ts'
import { startProgress } from './progress.ts'
import { createWorkload } from './workload.ts'

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '100000' },
    posts: { type: 'string', default: '2000000' },
    seed: { type: 'string', default: '1' },
    directory: { type: 'string', default: '.cache' },
    readers: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '12' },
  },
})
const [users, posts, seed] = [Number(values.users), Number(values.posts), Number(values.seed)]

/** Readers of each number of follows, and how often each reads; the first two rounds are not counted. */
const [readersEach, rounds] = [Number(values.readers), Number(values.rounds)]
const followings = [10, 100, 300, 1000, 2000, 5000].filter((count) => count < users)
const readers = followings.map((count, group) => ({
  count,
  users: Array.from({ length: readersEach }, (_, index) => users - 1 - group * readersEach - index),
}))
const fixedFollowing = new Map(
  readers.flatMap(({ count, users: group }) => group.map((user) => [user, count] as const)),
)

const workload = createWorkload({ seed, users, posts, fixedFollowing })
const uri = process.env['MONGODB_URI']
const { storage, place, close } = uri
  ? await openMongodb(uri, `kith_bench_${users}_${posts}_${seed}`, workload)
  : await openSqlite(values.directory, `bench-${users}-${posts}-${seed}`, workload)
const kith = createKith({
  secret: 'a secret of the benchmark, 32 characters',
  storage,
  posts: { textOnly: true },
})
const times = new Map<number, { first: number[]; deep: number[] }>()
const progress = startProgress('reading pages', rounds * readers.length)

// The groups take turns, so that a disturbance of the machine meets all of them.
for (let round = 0; round < rounds; round++) {
  for (const { count, users: group } of readers) {
    const measured = times.get(count) ?? { first: [], deep: [] }
    times.set(count, measured)
    for (const user of group) {
      const viewer: Viewer = { userId: userId(user), sessionId: '' }
      let cursor: string | null = null
      for (let page = 0; page < 5; page++) {
        const started = performance.now()
        const result = await kith.feed.home(viewer, cursor === null ? { limit: 20 } : { limit: 20, cursor })
        // The first two rounds warm the caches.
        if (round >= 2) measured[page === 0 ? 'first' : 'deep'].push(performance.now() - started)
        cursor = result.nextCursor
        if (cursor === null) break
      }
    }
    progress.advance()
  }
}
progress.done()
await close()

console.log(`\n${place}, ${users} people, ${posts} posts, pages of 20 through kith.feed.home, milliseconds`)
console.log('following   first p50   first p99   later p50   later p99')
const rows = [...times].map(([count, { first, deep }]) => ({
  count,
  cells: [percentile(first, 0.5), percentile(first, 0.99), percentile(deep, 0.5), percentile(deep, 0.99)],
  all: percentile([...first, ...deep], 0.99),
}))
for (const { count, cells } of rows) {
  console.log(String(count).padStart(9) + cells.map((cell) => cell.toFixed(2).padStart(12)).join(''))
}
const [fewest, most] = [rows[0], rows.at(-1)]
if (fewest && most) {
  console.log(`p99 of ${most.count} to p99 of ${fewest.count}: ${(most.all / fewest.all).toFixed(2)}`)
}
