import assert from 'node:assert/strict'
import { isKithError } from '@kith/core'
import type { VideoProcessor } from '@kith/core/ports'
import { type Case, kebab } from '../case.ts'
import { fixture, sampleTable } from '../fixtures.ts'
import { inFolder } from '../sample-folder.ts'
import { place, secret } from '../secrets.ts'

/** A place in a video for something other than picture and sound, and a file with something there. */
export interface HidingPlace {
  name: string
  file(): Buffer
  /** Whether a processor may refuse the file instead of cleaning it. */
  mayBeRefused: boolean
}

/** Hiding places in a video, by location. */
export const hidingPlaces: Readonly<Record<string, readonly HidingPlace[]>> = Object.fromEntries(
  Object.entries(sampleTable.hidingPlaces).map(([where, files]) => [
    where,
    Object.entries(files).map(([name, path]) => ({
      name,
      file: () => fixture(path),
      mayBeRefused: sampleTable.mayBeRefused.includes(path),
    })),
  ]),
)

/** Asserts that nothing of what was hidden is left. */
export const hidingCases: readonly Case<VideoProcessor>[] = Object.entries(hidingPlaces).map(
  ([where, places]) => ({
    id: `videos/hidden-in-${kebab(where.replace('the ', ''))}`,
    title: `strip leaves nothing that is hidden in ${where}`,
    async run(videos) {
      const told: string[] = []
      for (const each of places) {
        const state = await stripHidden(videos, each)
        if (state !== 'clean' && !(state === 'refused' && each.mayBeRefused))
          told.push(`${each.name} (${state})`)
      }
      assert.deepEqual(told, [], `${told.length} of ${places.length}`)
    },
  }),
)

/** Strips a file with something hidden, and searches for it. */
export async function stripHidden(
  videos: VideoProcessor,
  { file }: HidingPlace,
): Promise<'clean' | 'kept' | 'refused' | 'lost'> {
  return await inFolder(async (folder) => {
    const source = file()
    assert.ok(source.includes(secret) || source.includes(place), 'the sample hides nothing')
    const path = await folder.save('source', source)
    try {
      await videos.strip(path, folder.path('target'))
    } catch (error) {
      if (isKithError(error) && error.code === 'media-unreadable') return 'refused'
      throw error
    }
    const target = await folder.read('target')
    if (target.includes(secret) || target.includes(place)) return 'kept'
    const { width } = await videos.inspect(folder.path('target'))
    return width === 64 ? 'clean' : 'lost'
  })
}
