import type { Emit } from '../events.ts'
import type { Log } from '../log/log.ts'
import type { Stores } from '../storage.ts'
import type { MediaPlace } from './media-place.ts'

/** Files that the database has and that are not where media are kept. */
export interface MissingFiles {
  /**
   * Notes that the file of a medium that may be served is not there: an event and a line of the log, once for each.
   * @throws storage-failed where it is the place of all media that is not the right one
   */
  note(id: string): Promise<void>
}

/** How many are remembered: what is forgotten is noted once more. */
const rememberedMissing = 1_000

/** Creates the missing files of one Kith instance. */
export function createMissingFiles(
  { media }: Pick<Stores, 'media'>,
  place: MediaPlace,
  { log, emit }: { log: Log; emit: Emit },
): MissingFiles {
  const noted = new Set<string>()

  return {
    async note(id) {
      await place.demand()
      if (noted.has(id)) return
      const [item] = await media.byIds([id])
      // Released a moment ago.
      if (item?.state !== 'ready') return
      noted.add(id)
      const [oldest] = noted
      if (noted.size > rememberedMissing && oldest !== undefined) noted.delete(oldest)
      emit('media.missing', { mediaId: id, userId: item.ownerId })
      log.warn('media.missing', { fields: { mediaId: id } })
    },
  }
}
