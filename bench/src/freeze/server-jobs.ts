import { createKith } from '@kith/core'
import type { Storage } from '@kith/core/ports'
import { startWatch } from './watched-job.ts'

/** A storage on a server, with bulk writes that bypass its ports, which would take many times as long. */
export interface ServerOfJobs {
  /** Migrated and empty. */
  storage: Storage
  /** Adds edges of this many nonexistent people, without counting them. */
  addEdges(kind: 'follow' | 'like', to: string): Promise<void>
}

const promisedMillis = 25
const password = 'a rather strange phrase 77'

/**
 * Runs the long jobs as a client of the server and prints how long they block the event loop of this process. The judged figure is the
 * CPU time of this thread in one turn, because the server usually shares the machine.
 */
export async function watchServerJobs({ storage, addEdges }: ServerOfJobs): Promise<void> {
  const kith = createKith({
    secret: 'w0Q8hJ2v5Nc7Tz4Xk1Rb6Ym3Pd9Fs0Lg',
    storage,
    passwords: { memoryKiB: 64, iterations: 1 },
    posts: { textOnly: true },
  })
  const { user, session } = await kith.accounts.register({ username: 'celebrity', password })
  const celebrity = { userId: user.id, sessionId: session.id }
  const post = await kith.posts.create(celebrity, { caption: 'liked by all' })
  await addEdges('follow', user.id)
  await addEdges('like', post.id)

  const jobs: Record<string, () => Promise<unknown>> = {
    // The nodes have no counts yet: each is found wrong and corrected.
    verifyCounts: () => kith.upkeep.verifyCounts(),
    ban: () => kith.accounts.ban(user.id).then(kith.settled),
    unban: () => kith.accounts.unban(user.id).then(kith.settled),
    'delete post': () => kith.posts.remove(celebrity, post.id).then(kith.settled),
    'delete account': () => kith.accounts.delete(celebrity, { password }).then(kith.settled),
    'upkeep.run': () => kith.upkeep.run(),
  }

  let longest = 0
  const watch = await startWatch()
  await watch.during(async () => {})
  console.log('job              total  longest freeze  of it processor  route p99')
  for (const [job, run] of Object.entries(jobs)) {
    // A ban ends the sessions, and deleting requires the password.
    const seen = await watch.during(run)
    longest = Math.max(longest, seen.longestWork)
    console.log(
      job.padEnd(14) +
        `${seen.seconds.toFixed(2)} s`.padStart(8) +
        `${seen.longestFreeze.toFixed(0)} ms`.padStart(16) +
        `${seen.longestWork.toFixed(0)} ms`.padStart(17) +
        `${seen.routeP99.toFixed(0)} ms`.padStart(11),
    )
  }
  await watch.close()
  await kith.close()
  if (longest > promisedMillis) {
    console.log(`Promised: no turn of more than ${promisedMillis} ms.`)
    process.exitCode = 1
  }
}
