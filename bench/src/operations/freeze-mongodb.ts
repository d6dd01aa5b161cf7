import { createKith } from '@kith/core'
import { createMongoStorage } from '@kith/storage-mongodb'
import { MongoClient } from 'mongodb'
import { startWatch } from '../freeze/watched-job.ts'
import { edgeId, userId } from '../ids.ts'

/**
 * The long jobs on MongoDB, from the side of its client: what they hold the event loop of this process for.
 * `pnpm --filter @kith/bench operations freeze-mongodb mongodb://127.0.0.1:27017/?replicaSet=rs0 [followers]`. The judged figure is
 * the processor time of this thread in one turn, since the server usually shares the machine.
 */
const [uri = 'mongodb://127.0.0.1:27017', howMany = '3000'] = process.argv
  .slice(3)
  .filter((each) => each !== '--')
const followers = Number(howMany)
const promisedMillis = 25
const password = 'a rather strange phrase 77'
const client = await MongoClient.connect(uri)
const name = `kith-freeze-${process.pid}`
const database = client.db(name)
const kith = createKith({
  secret: 'w0Q8hJ2v5Nc7Tz4Xk1Rb6Ym3Pd9Fs0Lg',
  storage: createMongoStorage({ client, database: name, timeoutMillis: 60_000 }),
  passwords: { memoryKiB: 64, iterations: 1 },
  posts: { textOnly: true },
})
await kith.storage.migrate()
const { user, session } = await kith.accounts.register({ username: 'celebrity', password })
const celebrity = { userId: user.id, sessionId: session.id }
const post = await kith.posts.create(celebrity, { caption: 'liked by all' })

/** Past the ports: through them it would take many times as long. */
async function addEdges(kind: 'follow' | 'like', to: string): Promise<void> {
  const edges = Array.from({ length: followers }, (_, index) => {
    const from = userId(index)
    const id = edgeId(index + (kind === 'like' ? followers : 0))
    return { _id: `${kind} ${from} ${to}` as never, id, kind, from, to, hidden: 0 }
  })
  for (let at = 0; at < edges.length; at += 1_000)
    await database.collection('kith_edges').insertMany(edges.slice(at, at + 1_000))
}
await addEdges('follow', user.id)
await addEdges('like', post.id)

const jobs: Record<string, () => Promise<unknown>> = {
  // The nodes have no counts yet: each is found wrong and set right.
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
  // A ban ends the sessions, and deleting asks for the password.
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
await database.dropDatabase()
await kith.close()
await client.close()
if (longest > promisedMillis) {
  console.log(`Promised: no turn of more than ${promisedMillis} ms.`)
  process.exitCode = 1
}
