import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type * as CoreModule from '@kith/core'
import type * as SqliteModule from '@kith/storage-sqlite'
import { type Night, nightOf, loadNight, celebrity, likedPost } from '../freeze/night.ts'
import { startWatch, type Watched } from '../freeze/watched-job.ts'
import { postId, userId } from '../ids.ts'

/**
 * Runs every long job on an SQLite file of 1.6 GB with three million edges, while a timer and a route in the same process
 * measure for how long nothing else ran. `--share 0.1` makes a tenth of it, `--cold` drops the file from the system's cache
 * before each job, `--code <folder>` runs another checkout, to compare with.
 */
const { values } = parseArgs({
  args: process.argv.slice(3).filter((each) => each !== '--'),
  options: {
    share: { type: 'string', default: '1' },
    code: { type: 'string', default: new URL('../../..', import.meta.url).pathname },
    only: { type: 'string' },
    cold: { type: 'boolean', default: false },
  },
})
const share = Number(values.share)
const night = nightOf(share)
const cache = new URL('../../../.cache/operations/', import.meta.url).pathname
const password = 'a rather strange phrase 77'
const promised = { freeze: 25, route: 50 }

const core = (await import(join(values.code, 'packages/core/src/index.ts'))) as typeof CoreModule
const { createMemoryBlobs } = (await import(join(values.code, 'packages/core/src/memory/index.ts'))) as {
  createMemoryBlobs(): NonNullable<CoreModule.KithOptions['media']>['blobs']
}
const sqlite = (await import(
  join(values.code, 'packages/storage-sqlite/src/index.ts')
)) as typeof SqliteModule

function open(path: string): CoreModule.Kith {
  return core.createKith({
    secret: 'w0Q8hJ2v5Nc7Tz4Xk1Rb6Ym3Pd9Fs0Lg',
    storage: sqlite.createSqliteStorage({ path }),
    media: { blobs: createMemoryBlobs() },
    passwords: { memoryKiB: 64, iterations: 1 },
    posts: { textOnly: true },
  })
}

/** The file before the jobs, created once for each schema. */
async function baseFile(size: Night): Promise<string> {
  mkdirSync(cache, { recursive: true })
  const fresh = join(cache, `fresh-${process.pid}.db`)
  const kith = open(fresh)
  await kith.storage.migrate()
  const { user } = await kith.accounts.register({ username: 'author', password })
  await kith.storage.close()
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(fresh)
  const version = Number(
    database.prepare('SELECT max(version) AS version FROM kith_schema').get()?.['version'],
  )
  const objects = Number(database.prepare('SELECT count(*) AS count FROM sqlite_master').get()?.['count'])
  database.close()
  const base = join(cache, `night-${share}-schema-${version}-${objects}.db`)
  if (existsSync(base)) for (const end of ['', '-wal', '-shm']) rmSync(fresh + end, { force: true })
  else {
    loadNight(fresh, size, user.id)
    renameSync(fresh, base)
    for (const end of ['-wal', '-shm']) rmSync(fresh + end, { force: true })
  }
  return base
}

const base = await baseFile(night)
const path = join(cache, `run-${process.pid}.db`)
copyFileSync(base, path)
const kith = open(path)
const { user, session } = await kith.sessions.login({ login: 'author', password })
const author = { userId: user.id, sessionId: session.id }
const ordinary = {
  userId: (await kith.storage.posts.byIds([postId(likedPost)]))[0]?.authorId ?? '',
  sessionId: 'none',
}
/** The jobs of a checkout that cleans up after the call wait for that. */
const settled = async (): Promise<void> => await (kith as { settled?: () => Promise<void> }).settled?.()

const jobs: Record<string, () => Promise<unknown>> = {
  verifyCounts: () => kith.upkeep.verifyCounts(),
  ban: () => kith.accounts.ban(userId(celebrity)).then(settled),
  unban: () => kith.accounts.unban(userId(celebrity)).then(settled),
  'delete post': () => kith.posts.remove(ordinary, postId(likedPost)).then(settled),
  'delete account': () => kith.accounts.delete(author, { password }).then(settled),
  'upkeep.run': () => kith.upkeep.run(),
}

const size = (statSync(path).size / 1e9).toFixed(2)
console.log(
  `${size} GB, ${night.users} users, ${night.posts} posts, ${night.users * night.followsEach + night.likes + 2 * night.followers} edges${values.cold ? ', cold' : ''}`,
)
console.log('job              total  processor  longest freeze  of it processor  route p99      max')
const watch = await startWatch()
await watch.during(async () => {})
const all: Watched[] = []
for (const [name, job] of Object.entries(jobs)) {
  if (values.only && !values.only.split(',').includes(name)) continue
  if (values.cold) await forgetCached(path)
  const seen = await watch.during(job)
  all.push(seen)
  const millis = (value: number): string => `${value.toFixed(0)} ms`
  console.log(
    name.padEnd(14) +
      `${seen.seconds.toFixed(2)} s`.padStart(8) +
      `${seen.workSeconds.toFixed(2)} s`.padStart(11) +
      millis(seen.longestFreeze).padStart(16) +
      millis(seen.longestWork).padStart(17) +
      millis(seen.routeP99).padStart(11) +
      millis(seen.routeMost).padStart(9),
  )
}
await watch.close()
await kith.storage.close()
for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })

// With other load on the machine, only the time of this thread can be judged.
const isBusy = (loadavg()[0] ?? 0) > availableParallelism()
const freeze = Math.max(...all.map((seen) => (isBusy ? seen.longestWork : seen.longestFreeze)))
const route = isBusy ? 0 : Math.max(...all.map((seen) => seen.routeP99))
if (isBusy) console.log('Others use this machine: only the processor time of the longest freeze is judged.')
if (freeze > promised.freeze || route > promised.route) {
  console.log(
    `Promised: no freeze over ${promised.freeze} ms, and a route with a p99 of at most ${promised.route} ms.`,
  )
  process.exitCode = 1
}

/** Pages of a file in the system's cache; needs no privileges if `dd` supports it. */
async function forgetCached(file: string): Promise<void> {
  const { spawnSync } = await import('node:child_process')
  spawnSync('sync', [])
  for (const end of ['', '-wal'])
    spawnSync('dd', [`of=${file}${end}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0'], {
      stdio: 'ignore',
    })
}
