import { edgeEnds, type Storage } from '@kith/core/ports'
import type { Case } from './case.ts'
import { samplePost, sampleUser } from './records.ts'

/** The stores that decide whether the subject of a write is live. */
export type SocialStores = Pick<Storage, 'users' | 'posts' | 'media' | 'edges'>

/** For cases that are not about liveness: creates the owners of an edge, a post or a picture before it is written. */
export function amongTheLiving<Stores extends SocialStores>(
  cases: readonly Case<Stores>[],
): readonly Case<Stores>[] {
  return cases.map((each) => ({ ...each, run: (stores) => each.run(peopled(stores)) }))
}

/** Stores in which everything needed is created when something is written about it. */
export function peopled<Stores extends SocialStores>(stores: Stores): Stores {
  const { users, posts, media, edges } = stores
  const births = new Map<string, Promise<void>>()
  const author = sampleUser().id

  function once(name: string, make: () => Promise<void>): Promise<void> {
    const birth = births.get(name) ?? make()
    births.set(name, birth)
    return birth
  }
  const user = (id: string): Promise<void> =>
    once(`user ${id}`, async () => {
      if (!(await users.byId(id))) await users.create(sampleUser({ id }))
    })
  const post = (id: string): Promise<void> =>
    once(`post ${id}`, async () => {
      await user(author)
      if ((await posts.byIds([id])).length === 0) await posts.create(samplePost({ id, authorId: author }), [])
    })

  /** Each call waits for everything that concurrent calls need, so that none of them gets ahead of the others. */
  function over<Port extends object>(port: Port, needs: Needs<Port>): Port {
    return new Proxy(port, {
      get(target, name) {
        const verb = Reflect.get(target, name) as ((...values: unknown[]) => Promise<unknown>) | undefined
        // Including `then`, which would make it a promise.
        if (verb === undefined) return undefined
        const need = Reflect.get(needs, name) as ((...values: unknown[]) => unknown) | undefined
        return async (...values: unknown[]) => {
          need?.(...values)
          await Promise.resolve()
          await Promise.all(births.values())
          return await verb(...values)
        }
      },
    })
  }

  return {
    ...stores,
    edges: over(edges, {
      setHidden: (node) => user(node),
      add: ({ kind, from, to }) => [user(from), edgeEnds[kind].to === 'post' ? post(to) : user(to)],
    }),
    posts: over(posts, { create: ({ authorId }) => user(authorId) }),
    media: over(media, { attach: (_, ownerId) => user(ownerId) }),
  }
}

/** What has to exist before a verb is called. */
type Needs<Port> = {
  [Verb in keyof Port]?: Port[Verb] extends (...values: infer Values) => unknown
    ? (...values: Values) => unknown
    : never
}
