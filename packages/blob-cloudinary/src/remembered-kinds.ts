import type { MediaKind } from '@kith/core/ports'

/**
 * Which assets are images and which are videos, as far as this process has seen: Cloudinary requires the type to find
 * one.
 */
export interface RememberedKinds {
  remember(publicId: string, kind: MediaKind): void
  /** Both, the likelier first. */
  candidates(publicId: string): readonly MediaKind[]
}

/** Bounds the memory: evicted entries are looked up again. */
const most = 10_000

/** Remembers none at first, and then the last 10,000. */
export function rememberKinds(): RememberedKinds {
  const kinds = new Map<string, MediaKind>()
  return {
    remember(publicId, kind) {
      kinds.delete(publicId)
      kinds.set(publicId, kind)
      const [oldest] = kinds.keys()
      if (kinds.size > most && oldest !== undefined) kinds.delete(oldest)
    },
    candidates: (publicId) => (kinds.get(publicId) === 'video' ? ['video', 'image'] : ['image', 'video']),
  }
}
