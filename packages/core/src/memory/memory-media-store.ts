import { KithError } from '../errors.ts'
import type { MediaRecord, MediaStore } from '../media/media-store.ts'
import { addToOutbox } from './memory-outbox-store.ts'
import { lives, type MemoryState, pageOf, release } from './memory-state.ts'

/** Rows of media in a `Map`. */
export function createMemoryMediaStore(state: MemoryState): MediaStore {
  const { media } = state
  function attachedTo(use: string, subject: string): MediaRecord[] {
    return [...media.values()].filter(
      ({ attachment }) => attachment?.use === use && attachment.subject === subject,
    )
  }
  function releaseFrom(use: string, subject: string): string[] {
    const before = attachedTo(use, subject)
    for (const item of before) release(item)
    return before.map(({ id }) => id)
  }
  const oldest = (matches: (item: MediaRecord) => boolean, limit: number): MediaRecord[] =>
    [...media.values()]
      .filter(matches)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit)

  const claims = new Map<string, { by: string; until: Date }>()

  return {
    async reserve(item) {
      if (media.has(item.id)) throw new KithError('storage-failed', { detail: 'The id is in use.' })
      media.set(item.id, structuredClone(item))
    },
    async ready(id, measures) {
      const item = media.get(id)
      if (item?.state !== 'reserved') return false
      Object.assign(item, { state: 'ready', measures: structuredClone(measures) })
      claims.delete(id)
      return true
    },
    async claim({ id, by, now, until }) {
      const held = claims.get(id)
      if (media.get(id)?.state !== 'reserved' || (held && held.by !== by && held.until > now)) return false
      claims.set(id, { by, until: new Date(until) })
      return true
    },
    async unclaim({ id, by }) {
      if (claims.get(id)?.by === by) claims.delete(id)
    },
    async byIds(ids) {
      return structuredClone(ids.flatMap((id) => media.get(id) ?? []))
    },
    async byOwner(ownerId, keyset) {
      const owned = [...media.values()].filter(
        (item) => item.ownerId === ownerId && item.state !== 'released',
      )
      return pageOf(owned, keyset)
    },
    async list(after, limit) {
      return structuredClone(oldest(({ id }) => after === null || id > after, limit))
    },
    async bySubjects(use, subjects) {
      return structuredClone(subjects.flatMap((subject) => attachedTo(use, subject)))
    },
    async attach(id, ownerId, ...[use, outbox]) {
      const item = media.get(id)
      if (!lives(state, ownerId)) return { outcome: 'gone' }
      if (item?.state !== 'ready' || item.kind !== 'image' || item.ownerId !== ownerId || item.attachment)
        return { outcome: 'unavailable' }
      addToOutbox(state.queues, outbox?.() ?? [])
      const released = releaseFrom(use, ownerId)
      item.attachment = { use, subject: ownerId, position: 0, alt: '' }
      return { outcome: 'attached', released }
    },
    async detach(use, ownerId, outbox) {
      if (attachedTo(use, ownerId).length > 0) addToOutbox(state.queues, outbox?.() ?? [])
      return releaseFrom(use, ownerId)
    },
    async releaseAll(ownerId, limit) {
      const owned = [...media.values()].filter(
        (item) => item.ownerId === ownerId && item.state !== 'released',
      )
      for (const item of owned.slice(0, limit)) release(item)
      return Math.min(owned.length, limit)
    },
    async sweep(before, limit, after = null) {
      const isOld = (item: MediaRecord) => item.createdAt < before
      const isUnused = (item: MediaRecord) => item.state !== 'released' && item.attachment === null
      for (const item of oldest((each) => isUnused(each) && isOld(each), limit)) release(item)
      const isOver = (item: MediaRecord) =>
        item.state === 'released' &&
        (item.measures !== null || isOld(item)) &&
        (after === null || item.id > after)
      return oldest(isOver, limit).map((item) => item.id)
    },
    async forget(id) {
      if (media.get(id)?.state !== 'released') return
      media.delete(id)
      claims.delete(id)
    },
  }
}
