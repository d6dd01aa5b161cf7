import type { Stores } from '../storage.ts'
import { isBlobKey } from './blob-store.ts'
import type { MediaKind } from './media-type.ts'

/** A file that may be served. */
export interface VisibleFile {
  kind: MediaKind
  /** Its account. */
  ownerId: string
}

/** Which files may be served. */
export interface VisibleFiles {
  /**
   * The file with this id, unless it is not ready, released, or of an account that is banned or deleted: then `null`.
   */
  find(id: string): Promise<VisibleFile | null>
  /** Clears the cache, for one file or for all: after a change by this process. */
  forget(id?: string): void
}

/** How long a result is cached: changes of another process show here after this time. */
const rememberedMillis = 5_000
/** Bounds the memory: evicted files are looked up again. */
const rememberedFiles = 20_000

/**
 * Creates it. A result costs two lookups and is cached for a few seconds, including those for ids that do not exist;
 * concurrent calls for one id share one lookup.
 */
export function createVisibleFiles({ media, users }: Pick<Stores, 'media' | 'users'>): VisibleFiles {
  const remembered = new Map<string, { answer: Promise<VisibleFile | null>; until: number }>()

  async function lookUp(id: string): Promise<VisibleFile | null> {
    const [item] = await media.byIds([id])
    if (item?.state !== 'ready') return null
    const owner = await users.byId(item.ownerId)
    return owner && owner.bannedAt === null ? { kind: item.kind, ownerId: owner.id } : null
  }

  return {
    async find(id) {
      // No other string names a file, and strings of any length are not cached.
      if (!isBlobKey(id)) return null
      const found = remembered.get(id)
      if (found && found.until > performance.now()) return await found.answer
      const answer = lookUp(id)
      const entry = { answer, until: performance.now() + rememberedMillis }
      remembered.delete(id)
      remembered.set(id, entry)
      const [oldest] = remembered.keys()
      if (remembered.size > rememberedFiles && oldest !== undefined) remembered.delete(oldest)
      // After a storage failure the next call looks again.
      answer.catch(() => remembered.get(id) === entry && remembered.delete(id))
      return await answer
    },
    forget(id) {
      if (id === undefined) remembered.clear()
      else remembered.delete(id)
    },
  }
}
