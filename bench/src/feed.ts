// How long a page of the home feed takes, depending on how many accounts its reader follows, and how long the two obvious ways to read
// it by hand take in the same run (not on MongoDB). On SQLite exits with 1 above the targets of docs/feed.md.
//   pnpm --filter @kith/bench feed [--users 100000] [--posts 2000000] [--seed 1] [--directory DIR]
//     [--readers 50] [--rounds 12] [--no-twin] [--postgres] [--prepare]
// The network is created once for its parameters and kept in the directory; a second run only measures. With MONGODB_URI it is kept
// on that server, in a separate database: `kith_bench_…`; with POSTGRES_URI in a schema of that name, and with `--postgres` and no such URI on a
// server that is started here and keeps its data in the directory. `--prepare` lets PostgreSQL cache the plans of statements.
import { deepStrictEqual } from 'node:assert/strict'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createKith, type Page, type Post, type Viewer } from '@kith/core'
import { createFeedTwins, type FeedTwin } from './feed-twin.ts'
import { userId } from './ids.ts'
import { type Network, openMongodb, openPostgres, openSqlite } from './open-network.ts'
import { percentile } from './percentile.ts'
import { startProgress } from './progress.ts'
import { createWorkload } from './workload.ts'

const { values } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    users: { type: 'string', default: '100000' },
    posts: { type: 'string', default: '2000000' },
    seed: { type: 'string', default: '1' },
    directory: { type: 'string', default: '.cache' },
    readers: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '12' },
    twin: { type: 'boolean', default: true },
    postgres: { type: 'boolean', default: false },
    prepare: { type: 'boolean', default: false },
  },
})
const [users, posts, seed] = [Number(values.users), Number(values.posts), Number(values.seed)]

/** Milliseconds for a page on SQLite and an idle machine, for every number of follows. */
const targets = { p50: 1, p99: 3 }

/** Scanning the newest posts of all is only tried from this many follows on: for 10 it takes seconds. */
const walkedFrom = 1000

/** Readers of each number of follows, and how often each reads; the first two rounds are not counted. */
const [readersEach, rounds] = [Number(values.readers), Number(values.rounds)]
const warmUpRounds = 2
const followings = [10, 100, 300, 1000, 2000, 5000].filter((count) => count < users)
const readers = followings.map((count, group) => ({
  count,
  users: Array.from({ length: readersEach }, (_, index) => users - 1 - group * readersEach - index),
}))
const fixedFollowing = new Map(
  readers.flatMap(({ count, users: group }) => group.map((user) => [user, count] as const)),
)

const workload = createWorkload({ seed, users, posts, fixedFollowing })
const { MONGODB_URI: mongodb, POSTGRES_URI: uri } = process.env
const isPostgres = values.postgres || (!mongodb && Boolean(uri))
const isSqlite = !isPostgres && !mongodb
const name = `bench-${users}-${posts}-${seed}`

function openNetwork(): Promise<Network> {
  const onServer = `kith_${name.replaceAll('-', '_')}`
  if (isPostgres) {
    const at = uri ? { uri } : { directory: resolve(values.directory, 'postgres') }
    return openPostgres({ at, prepare: values.prepare }, onServer, workload)
  }
  if (mongodb) return openMongodb(mongodb, onServer, workload)
  return openSqlite(values.directory, name, workload)
}

const { storage, place, byHand, close } = await openNetwork()
const kith = createKith({
  secret: 'a secret of the benchmark, 32 characters',
  storage,
  posts: { textOnly: true },
})

interface Times {
  first: number[]
  later: number[]
  byAuthor: number[]
  byTime: number[]
}
const times = new Map(
  followings.map((count): [number, Times] => [count, { first: [], later: [], byAuthor: [], byTime: [] }]),
)
const pageSize = 20

async function homeOf(viewer: Viewer, cursor: string | null): Promise<Page<Post>> {
  return await kith.feed.home(viewer, cursor === null ? { limit: pageSize } : { limit: pageSize, cursor })
}

const [someone] = readers.at(-1)?.users ?? []
const twins =
  byHand && values.twin
    ? createFeedTwins(byHand(), await homeOf({ userId: userId(someone ?? 0), sessionId: null }, null))
    : null

/** Reads the first page by hand, in one way, and records the time; its result has to equal Kith's. */
async function readTwin(
  twin: FeedTwin,
  user: number,
  { expected, noted }: { expected: Page<Post> | null; noted: number[] },
): Promise<void> {
  const started = performance.now()
  const { items } = await twin(userId(user), null, pageSize)
  noted.push(performance.now() - started)
  if (expected) deepStrictEqual(items, expected.items)
}

const progress = startProgress('reading pages', rounds * readers.length)

// The groups take turns, so that a disturbance of the machine affects all of them.
for (let round = 0; round < rounds; round++) {
  const isCounted = round >= warmUpRounds
  for (const { count, users: group } of readers) {
    const measured = times.get(count) ?? { first: [], later: [], byAuthor: [], byTime: [] }
    for (const user of group) {
      const viewer: Viewer = { userId: userId(user), sessionId: null }
      let cursor: string | null = null
      for (let page = 0; page < 5; page++) {
        const started = performance.now()
        const result = await homeOf(viewer, cursor)
        const took = performance.now() - started
        if (isCounted) measured[page === 0 ? 'first' : 'later'].push(took)
        // Only twice, because they may take seconds.
        if (page === 0 && twins && (round === 0 || round === warmUpRounds)) {
          const expected = round === 0 ? result : null
          await readTwin(twins.byAuthor, user, { expected, noted: isCounted ? measured.byAuthor : [] })
          if (count >= walkedFrom)
            await readTwin(twins.byTime, user, { expected, noted: isCounted ? measured.byTime : [] })
        }
        cursor = result.nextCursor
        if (cursor === null) break
      }
    }
    progress.advance()
  }
}
progress.done()
await twins?.close()
await close()

console.log(
  `\n${place}, ${users} people, ${posts} posts, pages of ${pageSize} through kith.feed.home, milliseconds`,
)
const heading = ['following', 'first p50', 'first p99', 'later p50', 'later p99']
if (twins) heading.push('by author', 'by time', 'ratio')
console.log(heading.map((cell) => cell.padStart(11)).join(''))
for (const [count, { first, later, byAuthor, byTime }] of times) {
  const median = percentile(first, 0.5)
  const cells = [median, percentile(first, 0.99), percentile(later, 0.5), percentile(later, 0.99)]
  const hand = [percentile(byAuthor, 0.5), byTime.length > 0 ? percentile(byTime, 0.5) : Infinity]
  if (twins) cells.push(...hand)
  const isAbove =
    isSqlite && cells.slice(0, 4).some((cell, index) => cell > (index % 2 ? targets.p99 : targets.p50))
  console.log(
    String(count).padStart(11) +
      cells.map((cell) => (Number.isFinite(cell) ? cell.toFixed(2) : '-').padStart(11)).join('') +
      (twins ? `${((Math.min(...hand) / median) * 100).toFixed(0)} %`.padStart(11) : '') +
      (isAbove ? '  ABOVE' : ''),
  )
  if (isAbove) process.exitCode = 1
}
if (isSqlite) console.log(`Targets: p50 below ${targets.p50} ms, p99 below ${targets.p99} ms.`)
if (twins) {
  console.log(
    'By hand, p50 of the first page: joining the posts of all authors followed, and walking the newest posts of all.',
  )
  console.log('Ratio: the rate of Kith as a part of that of the faster one.')
}
