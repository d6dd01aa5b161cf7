import { createKith, type Kith, type KithOptions, type Viewer } from '@kith/core'
import type { Storage } from '@kith/core/ports'
import { sideBySide } from './side-by-side.ts'

const [people, calls, rounds, target] = [200, 100, 101, 0.6]

/** One side: a Kith and its likes. */
interface World {
  kith: Kith
  like(): Promise<unknown>
}

/** Each like is new. */
async function open(storage: Storage, outbox?: KithOptions['outbox']): Promise<World> {
  await storage.migrate()
  const kith = createKith({
    storage,
    secret: 'the secret of a benchmark of durable events',
    passwords: { memoryKiB: 8, iterations: 1 },
    posts: { textOnly: true },
    outbox,
    limits: { changeByAccount: [{ limit: 1_000_000_000, window: '1h' }], registerByAddress: [] },
  })
  const viewers: Viewer[] = []
  const posts: string[] = []
  for (let index = 0; index < people; index++) {
    const { user, session } = await kith.accounts.register({
      username: `p_${index}`,
      password: 'correct horse',
    })
    const viewer = { userId: user.id, sessionId: session.id }
    viewers.push(viewer)
    posts.push((await kith.posts.create(viewer, { caption: 'A post' })).id)
  }
  let given = 0
  return {
    kith,
    like() {
      const [who, step] = [given % people, Math.floor(given / people)]
      given++
      return kith.likes.add(viewers[who] ?? { userId: '', sessionId: '' }, posts[(who + step) % people] ?? '')
    },
  }
}

/**
 * Prints what it costs to store the event of a like with the like, and to deliver it: the same calls with and without the option
 * `outbox`. Each side has a separate storage.
 */
export async function reportOutboxCost(
  name: string,
  storages: { kith: Storage; twin: Storage },
): Promise<void> {
  const telling = await open(storages.kith, { events: 'all' })
  const silent = await open(storages.twin)
  const { kith, twin, ratio } = await sideBySide({ kith: telling.like, twin: silent.like, calls, rounds })
  const held = ratio >= target
  console.log(
    `like on ${name}: with its event ${kith.toFixed(1)} µs, without ${twin.toFixed(1)} µs, ratio ${(ratio * 100).toFixed(0)} % (target ${target * 100} %)${held ? '' : '  BELOW'}`,
  )
  if (!held) process.exitCode = 1
  const start = performance.now()
  const { delivered } = await telling.kith.outbox.deliver(() => {}, { limit: 1e6 })
  console.log(
    `deliver: ${(((performance.now() - start) * 1000) / delivered).toFixed(1)} µs an event, ${delivered} events`,
  )
  for (const world of [telling, silent]) await world.kith.close()
}
