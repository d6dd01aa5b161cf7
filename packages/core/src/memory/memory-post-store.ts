import { KithError } from '../errors.ts'
import { mergeFields } from '../own-fields/stored-fields.ts'
import type { PostStore } from '../posts/post-store.ts'
import { addToOutbox } from './memory-outbox-store.ts'
import { lives, type MemoryState, oldestOf, pageOf, release } from './memory-state.ts'

/** Posts in a `Map`. */
export function createMemoryPostStore(state: MemoryState): PostStore {
  const { posts, media } = state
  const removed = new Set<string>()

  function take(id: string): boolean {
    if (!posts.delete(id)) return false
    removed.add(id)
    for (const item of media.values()) {
      if (item.attachment?.use === 'post' && item.attachment.subject === id) release(item)
    }
    return true
  }
  const ofAuthor = (authorId: string) => [...posts.values()].filter((post) => post.authorId === authorId)

  return {
    async create(post, items, outbox) {
      const isFree = (id: string) => {
        const item = media.get(id)
        return item?.ownerId === post.authorId && item.state === 'ready' && item.attachment === null
      }
      if (posts.has(post.id) || removed.has(post.id))
        throw new KithError('storage-failed', { detail: 'The id is in use.' })
      if (!lives(state, post.authorId)) return { outcome: 'gone' }
      const unavailable = items.map((item) => item.id).filter((id) => !isFree(id))
      if (unavailable.length > 0) return { outcome: 'media-unavailable', ids: unavailable }
      addToOutbox(state.queues, outbox?.() ?? [])
      for (const [position, { id, alt }] of items.entries()) {
        const item = media.get(id)
        if (item) item.attachment = { use: 'post', subject: post.id, position, alt }
      }
      posts.set(post.id, structuredClone(post))
      return { outcome: 'created' }
    },
    async byIds(ids) {
      return structuredClone(ids.flatMap((id) => posts.get(id) ?? []))
    },
    async edit(id, { fields, ...changes }, outbox) {
      const post = posts.get(id)
      if (!post) return null
      const { caption = post.caption, editedAt } = changes
      const merged = fields ? mergeFields(post.fields, structuredClone(fields)) : post.fields
      addToOutbox(state.queues, outbox?.() ?? [])
      Object.assign(post, { caption, editedAt, fields: merged })
      return structuredClone(post)
    },
    async remove(id, outbox) {
      if (posts.has(id)) addToOutbox(state.queues, outbox?.() ?? [])
      return take(id)
    },
    async removeAll(authorId, limit) {
      const some = ofAuthor(authorId).slice(0, limit)
      for (const post of some) take(post.id)
      return some.map((post) => post.id)
    },
    byAuthor: async (authorId, keyset) => pageOf(ofAuthor(authorId), keyset),
    counts: async (authorIds) => authorIds.map((id) => ofAuthor(id).length),
    toPurge: async (limit) => oldestOf(removed, limit),
    purge: async (id) => void removed.delete(id),
    async recount() {
      return { checked: 0, differences: [], next: null }
    },
  }
}
