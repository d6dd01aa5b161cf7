import { createDemo } from '../kith.ts'
import type { Settings } from '../settings.ts'
import { cast } from './cast/index.ts'
import { planHistory } from './history.ts'
import { seedKith } from './seed-kith.ts'
import { seedOnce } from './seed-once.ts'

export { idsOfCast, showNewcomers, viewerOfGallery } from './gallery.ts'

/** Fills a new folder with people and their pictures, unless the demo should start empty. */
export async function seedDemo(settings: Settings): Promise<void> {
  await seedOnce(settings, settings.bare ? null : () => fill(settings))
}

async function fill(settings: Settings): Promise<void> {
  const now = new Date()
  let time = now
  // A separate Kith, whose clock runs through the last five weeks; the one that serves uses the system clock.
  const { kith } = await createDemo(settings, {}, { url: 'http://localhost', clock: () => time })
  const showProgress = createProgress()
  try {
    await kith.storage.migrate()
    await seedKith(kith, {
      history: planHistory(cast, now, 'kith 7'),
      setTime: (next) => (time = next),
      onProgress: showProgress,
    })
  } finally {
    await kith.close()
  }
}

/** Shows its progress: a line that grows by one dot for each twentieth. */
function createProgress(): (share: number) => void {
  let dots = 0
  process.stdout.write(`Drawing the pictures of ${cast.length} people `)
  return (share) => {
    for (; dots < Math.floor(share * 20); dots++) process.stdout.write('.')
    if (share === 1) process.stdout.write(' done\n')
  }
}
