import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { isKithError } from '@kith/core'
import type { VideoProcessor } from '@kith/core/ports'
import { type Case, kebab } from '../case.ts'
import { memoryGrowth } from '../memory-growth.ts'
import { inFolder, type SampleFolder } from '../sample-folder.ts'
import { type Bomb, isoBombs, webmBombs } from './bombs.ts'
import { plainVideo } from './samples.ts'

/** How much the memory of the calling process may grow, for any file. */
const maxMebibytes = 64

/**
 * A bomb takes no longer than this many plain videos of two frames; an effective one takes thousands of times as long.
 */
const plainVideos = 1000

/** What no file may do to a server. */
export const bombCases: readonly Case<VideoProcessor>[] = [
  ...isoBombs.map((bomb) => ({ kind: 'mp4', what: 'an MP4', bomb })),
  ...webmBombs.map((bomb) => ({ kind: 'webm', what: 'a WebM', bomb })),
].map(({ kind, what, bomb }) => ({
  id: `videos/bomb-${kind}-${kebab(bomb.name)}`,
  title: `${what} that claims, nests or repeats more than a video costs no more than one: ${bomb.name}`,
  async run(videos) {
    await inFolder(async (folder) => {
      const millis = (await timePlain(videos, folder)) * plainVideos
      const path = await folder.save('bomb', bomb.file())
      const grown = await memoryGrowth(() => assertBounded(videos, { bomb, path, millis }))
      assert.ok(grown < maxMebibytes, `${Math.round(grown)} MiB more`)
    })
  },
}))

/** One is read, or refused with its code, in time. */
export async function assertBounded(
  videos: VideoProcessor,
  { bomb, path, millis }: { bomb: Bomb; path: string; millis: number },
): Promise<void> {
  const target = `${path}-target`
  for (const work of ['inspect', 'strip'] as const) {
    const late = new AbortController()
    const end = await Promise.race([
      outcome(videos[work](path, target)),
      wait(millis, 'late', { signal: late.signal }).catch(() => 'in time'),
    ])
    late.abort()
    assert.ok(['done', 'refused'].includes(end), `${bomb.name}: ${work} is ${end}`)
    assert.ok(end === 'done' || !existsSync(target), `${bomb.name}: ${work} left a target`)
  }
}

/** The result. */
function outcome(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: unknown) =>
      isKithError(error) && (error.code === 'media-unreadable' || error.code === 'media-too-complex')
        ? 'refused'
        : String(error),
  )
}

const plainMillis = new WeakMap<VideoProcessor, number>()

/** How many milliseconds a plain video takes. Measured once for each processor. */
async function timePlain(videos: VideoProcessor, folder: SampleFolder): Promise<number> {
  const known = plainMillis.get(videos)
  if (known !== undefined) return known
  const path = await folder.save('plain', plainVideo())
  // On a busy machine, refusing a bomb takes seconds.
  let slowest = 5
  for (let index = 0; index < 6; index++) {
    const start = performance.now()
    await videos.strip(path, folder.path('plain-target'))
    // The first one starts processes and compiles code.
    if (index > 0) slowest = Math.max(slowest, performance.now() - start)
  }
  plainMillis.set(videos, slowest)
  return slowest
}
