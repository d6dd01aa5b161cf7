import type { Emit } from '../events.ts'
import type { Log } from '../log/log.ts'
import type { Stores } from '../storage.ts'
import type { MediaPlace } from './media-place.ts'

/** Files that are in the database but not in the media storage. */
export interface MissingFiles {
  /**
   * Reports that the file of a servable medium is missing: an event and a log line, once for each.
   * @throws storage-failed if the media storage itself is the wrong one
   */
  note(id: string): Promise<void>
}

/** How many are remembered: forgotten ones are reported again. */
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
