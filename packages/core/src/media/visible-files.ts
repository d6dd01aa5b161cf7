import type { Stores } from '../storage.ts'
import { isBlobKey } from './blob-store.ts'
import type { MediaKind } from './media-type.ts'

/** A file that may be served. */
export interface VisibleFile {
  kind: MediaKind
  /** The account that it belongs to. */
  ownerId: string
}

/** Which files may be served. */
export interface VisibleFiles {
  /** The file with this id, unless it is not ready, released, or of an account that is banned or deleted: then `null`. */
  find(id: string): Promise<VisibleFile | null>
  /** Forgets what it remembers, of one file or of all: after a change that this process made itself. */
  forget(id?: string): void
}

/** How long a response is good: what another process changes shows here after this time. */
const rememberedMillis = 5_000
/** Keeps memory bounded: what is forgotten is asked for again. */
const rememberedFiles = 20_000

/**
 * Creates it. A response costs two look-ups and is remembered for a few seconds, those for ids that do not exist too;
 * concurrent questions for one id are one.
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
      // No other text names a file, and none of any length is remembered.
      if (!isBlobKey(id)) return null
      const found = remembered.get(id)
      if (found && found.until > performance.now()) return await found.answer
      const answer = lookUp(id)
      const entry = { answer, until: performance.now() + rememberedMillis }
      remembered.delete(id)
      remembered.set(id, entry)
      const [oldest] = remembered.keys()
      if (remembered.size > rememberedFiles && oldest !== undefined) remembered.delete(oldest)
      // A storage that failed is asked again.
      answer.catch(() => remembered.get(id) === entry && remembered.delete(id))
      return await answer
    },
    forget(id) {
      if (id === undefined) remembered.clear()
      else remembered.delete(id)
    },
  }
}
