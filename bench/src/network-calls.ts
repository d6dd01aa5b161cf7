import { createKith, type Viewer } from '@kith/core'
import type { Storage } from '@kith/core/ports'
import { postId, userId } from './ids.ts'
import { lineOf, sideBySide } from './side-by-side.ts'
import type { Workload } from './workload.ts'

const rounds = 31

type Call = (number: number) => Promise<unknown>
type Calls = Readonly<Record<string, Call>>

/** Calls of an app on the network of a {@link Workload}. Each number concerns different people and posts. */
export function createNetworkCalls(
  storage: Storage,
  { users, posts }: Workload,
): { reads: Calls; writes: Calls; readsOfWritten: Calls } {
  const kith = createKith({
    storage,
    secret: 'the secret of a benchmark of two ways to keep a network',
    posts: { textOnly: true },
    // Counted at each call as usual, and never reached.
    limits: { changeByAccount: [{ limit: 1_000_000_000, window: '1h' }] },
  })
  const viewer = (number: number): Viewer => ({ userId: userId((number * 7919) % users), sessionId: null })
  /** Another person, and a different one in each round through all people. */
  const other = (number: number): string =>
    `person_${(number * 7919 + 1 + Math.floor(number / users)) % users}`
  const post = (number: number): string => postId((number * 104_729) % posts)
  const like = (number: number): Promise<unknown> => kith.likes.add(viewer(number), post(number))
  return {
    reads: {
      'posts.get': (number) => kith.posts.get(viewer(number), post(number)),
      'profiles.get': (number) => kith.profiles.get(viewer(number), other(number)),
      'follows.followers': (number) => kith.follows.followers(viewer(number), other(number)),
      'feed.home': (number) => kith.feed.home(viewer(number)),
    },
    writes: {
      'likes.add': like,
      'follows.add': (number) => kith.follows.add(viewer(number), other(number)),
    },
    readsOfWritten: {
      'likes.add, then posts.get': async (number) => {
        await like(number)
        await kith.posts.get(viewer(number), post(number))
      },
    },
  }
}

/** The calls on a storage with an option, and on one without. */
export interface OptionCalls {
  option: string
  on: Calls
  off: Calls
}

/** Compares such calls, for several clients at a time; prints microseconds per call. With ONLY those whose names contain it. */
export async function compareCalls({ option, on, off }: OptionCalls, clients = 1): Promise<void> {
  let number = 0
  for (const [name, call] of Object.entries(on)) {
    const plain = off[name]
    if (!plain || !name.includes(process.env['ONLY'] ?? '')) continue
    const side = (made: Call) => () => Promise.all(Array.from({ length: clients }, () => made(number++)))
    const both = { kith: side(call), twin: side(plain), calls: Math.ceil(40 / clients), rounds }
    const { kith, twin, ratio } = await sideBySide(both)
    const each = { kith: kith / clients, twin: twin / clients, ratio }
    console.log(lineOf(`${name}, ${clients} at a time`, each, [option, 'without']))
  }
}
