import type { MediaRecord, MediaStore, MediaUse } from '@kith/core/ports'

/** Look-ups that still answer some media as they were, because something forgot to release them. */
export function stillAttached(media: MediaStore): {
  /** Remembers what is attached to this subject now. */
  keep(use: MediaUse, subject: string): Promise<void>
  ports: Pick<MediaStore, 'byIds' | 'bySubjects'>
} {
  const stale = new Map<string, MediaRecord>()
  return {
    async keep(use, subject) {
      for (const item of await media.bySubjects(use, [subject])) stale.set(item.id, item)
    },
    ports: {
      byIds: async (ids) => (await media.byIds(ids)).map((item) => stale.get(item.id) ?? item),
      bySubjects: (use, subjects) => media.bySubjects(use, subjects),
    },
  }
}
