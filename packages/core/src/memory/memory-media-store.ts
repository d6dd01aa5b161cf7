import type { MediaRecord, MediaStore } from '../media/media-store.ts'
import { type MemoryState, release } from './memory-state.ts'

/** Rows of media in a `Map`. */
export function createMemoryMediaStore({ media }: MemoryState): MediaStore {
  function attachedTo(use: string, subject: string): MediaRecord[] {
    return [...media.values()].filter(
      ({ attachment }) => attachment?.use === use && attachment.subject === subject,
    )
  }
  function releaseWhere(matches: (item: MediaRecord) => boolean): void {
    for (const item of media.values()) if (matches(item)) release(item)
  }

  return {
    async reserve(item) {
      media.set(item.id, structuredClone(item))
    },
    async ready(id, measures) {
      const item = media.get(id)
      if (item?.state !== 'reserved') return false
      Object.assign(item, { state: 'ready', measures: structuredClone(measures) })
      return true
    },
    async byIds(ids) {
      return structuredClone(ids.flatMap((id) => media.get(id) ?? []))
    },
    async bySubjects(use, subjects) {
      return structuredClone(subjects.flatMap((subject) => attachedTo(use, subject)))
    },
    async attach(id, ownerId, use) {
      const item = media.get(id)
      if (item?.state !== 'ready' || item.ownerId !== ownerId || item.attachment) return false
      for (const before of attachedTo(use, ownerId)) release(before)
      item.attachment = { use, subject: ownerId, position: 0, alt: '' }
      return true
    },
    async detach(use, ownerId) {
      for (const item of attachedTo(use, ownerId)) release(item)
    },
    async releaseAll(ownerId) {
      releaseWhere((item) => item.ownerId === ownerId)
    },
    async sweep(before, limit) {
      releaseWhere((item) => item.attachment === null && item.createdAt < before)
      const released = [...media.values()].filter((item) => item.state === 'released')
      return released
        .map((item) => item.id)
        .sort()
        .slice(0, limit)
    },
    async forget(id) {
      if (media.get(id)?.state === 'released') media.delete(id)
    },
  }
}
