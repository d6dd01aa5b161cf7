import { setImmediate as gap } from 'node:timers/promises'
import type { EdgeStore, FollowResult, NamedFollow } from '@kith/core/ports'
import { createMemoryStorage } from '@kith/core/memory'
import type { Broken } from '../../../test/flaws.ts'
import { peopled, type SocialStores } from '../src/peopled.ts'

type Follow = (sound: SocialStores, follow: NamedFollow) => Promise<FollowResult>

function following(follow: Follow): Broken<SocialStores>['breaking'] {
  return (sound) => ({ edges: { ...sound.edges, follow: (named) => follow(sound, named) } })
}

/** Looks first and adds later, to edges that know nobody's end. */
function lookingFirst(sound: SocialStores): Partial<SocialStores> {
  const { edges } = peopled(createMemoryStorage())
  return { edges: { ...edges, follow: (named) => lookAndAdd(sound, edges, named) } }
}

async function lookAndAdd(
  { users }: SocialStores,
  edges: EdgeStore,
  { id, from, username }: NamedFollow,
): Promise<FollowResult> {
  const [named, start] = [await users.byLogin({ username }), await users.byId(from)]
  if (!named || named.bannedAt) return { outcome: 'gone', end: 'to' }
  if (!start || start.bannedAt) return { outcome: 'gone', end: 'from' }
  await gap()
  const answer = await edges.add({ id, kind: 'follow', from, to: named.id })
  return answer.outcome === 'gone' ? answer : { ...answer, to: named.id }
}

/** Flaws in `follow`. */
export const followingFlaws: readonly Broken<SocialStores>[] = [
  {
    flaw: 'answers a follow and adds none',
    breaking: following(async ({ users }, { username }) => {
      const named = await users.byLogin({ username })
      return { outcome: 'added', to: named?.id ?? '', count: 1 }
    }),
    fails: [
      'edges/follow',
      'edges/follow-gone',
      'edges/follow-while-hidden',
      'edges/follow-add-race',
      'edges/parallel-follows-one-account',
    ],
  },
  {
    flaw: 'does not distinguish upper and lower case in the name of a follow',
    breaking: following(({ edges }, named) =>
      edges.follow({ ...named, username: named.username.toLowerCase() }),
    ),
    fails: ['edges/follow-current-name'],
  },
  {
    flaw: 'lets accounts follow themselves',
    breaking: following(async ({ users, edges }, named) => {
      const answer = await edges.follow(named)
      const to = named.from
      if (answer.outcome !== 'self' || !(await users.byId(to))) return answer
      const added = await edges.add({ id: named.id, kind: 'follow', from: to, to })
      return added.outcome === 'gone' ? added : { ...added, to }
    }),
    fails: ['edges/follow-self'],
  },
  {
    flaw: 'looks whether the ends of a follow live first and adds later',
    breaking: lookingFirst,
    fails: ['edges/follow-drop-race'],
  },
  {
    flaw: 'names the wrong end of a follow that is gone',
    breaking: following(async ({ edges }, named) => {
      const answer = await edges.follow(named)
      return answer.outcome === 'gone' ? { outcome: 'gone', end: 'to' } : answer
    }),
    fails: ['edges/follow-gone'],
  },
]
