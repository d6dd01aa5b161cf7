import type { Emit } from '../events.ts'
import type { Logger } from '../options.ts'
import type { Storage } from '../storage.ts'
import type { MediaPlace } from './media-place.ts'

/** Files that the database has and that are not where media are kept. */
export interface MissingFiles {
  /**
   * Notes that the file of a medium that may be served is not there. Each is an event once, and the log has a line for the first,
   * and then at most one an hour.
   * @throws storage-failed where it is the place of all media that is not the right one
   */
  note(id: string): Promise<void>
}

/** How many are remembered: what is forgotten is noted once more. */
const rememberedFiles = 1_000
const lineMillis = 3_600_000

/** Creates it. */
export function createMissingFiles(
  { media }: Pick<Storage, 'media'>,
  place: MediaPlace,
  { logger, emit }: { logger: Logger; emit: Emit },
): MissingFiles {
  const noted = new Set<string>()
  let unsaid = 0
  let nextLineAt = -Infinity

  function say(id: string): void {
    unsaid++
    if (performance.now() < nextLineAt) return
    logger.warn(
      `media: the file of medium ${id} is not there${unsaid > 1 ? `, nor those of ${unsaid - 1} others since the last such line` : ''}; ` +
        'kith.upkeep.verifyMedia() lists all that are missing, and a backup of the media brings them back',
    )
    unsaid = 0
    nextLineAt = performance.now() + lineMillis
  }

  return {
    async note(id) {
      await place.demand()
      if (noted.has(id)) return
      const [item] = await media.byIds([id])
      // Released a moment ago.
      if (item?.state !== 'ready') return
      noted.add(id)
      const [oldest] = noted
      if (noted.size > rememberedFiles && oldest !== undefined) noted.delete(oldest)
      emit('media.missing', { mediaId: id, userId: item.ownerId })
      say(id)
    },
  }
}
