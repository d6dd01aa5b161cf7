import type { Collections } from './collections.ts'
import { attachedTo, freed, release } from './media-document.ts'
import { removed } from './post-document.ts'

/** Changes that releases up to schema 3 noted on a standalone, where a change took several steps. */
interface Noted {
  pending?: { next?: unknown; by?: number }
}

const waiting = { 'pending.since': { $gt: new Date(0) } }

/** Whether there are any. */
export async function hasNotes({ edges, posts }: Collections): Promise<boolean> {
  const found = [await edges.find(waiting, { limit: 1 }), await posts.find(waiting, { limit: 1 })]
  return found.flat().length > 0
}

/**
 * Finishes or undoes the changes that such a release noted and did not finish. Their counts are wrong then: they are
 * counted on reading from now on, or stored again by the next step.
 */
export async function dropNotes({ edges, users, posts, media }: Collections): Promise<void> {
  for (const edge of await edges.find(waiting)) {
    const key = { _id: edge._id, from: edge.from }
    if ((edge as Noted).pending?.next === null) {
      await edges.remove(key)
      continue
    }
    const ends = await users.find({ _id: { $in: [edge.from, edge.to] }, hidden: true }, { fields: ['_id'] })
    const bits = ends.map(({ _id }) => (_id === edge.from ? 1 : 2))
    const hidden = bits.reduce<number>((sum, bit) => sum + bit, 0)
    await edges.updateAll(key, [{ $set: { hidden } }, { $unset: 'pending' }])
  }
  for (const post of await posts.find(waiting)) {
    const isDraft = (post.state as string) === 'draft'
    const isRemoved = (post as Noted).pending?.next === 'removed'
    if (isDraft) await media.updateAll(attachedTo('post', post._id), freed)
    else if (isRemoved) await media.updateAll(attachedTo('post', post._id), release)
    if (isDraft || isRemoved) await posts.update({ _id: post._id }, removed)
    await posts.updateAll({ _id: post._id }, [{ $unset: 'pending' }])
  }
}
