import { type Clock, createKith, type Kith } from '@kith/core'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { type ChosenCaptions, chooseCaptions, type ChosenMedia, chooseMedia } from 'kith-example-adapters'
import type { Environment } from 'kith-example-adapters'
import type { Settings } from './settings.ts'

/** The Kith of the demo, and what was chosen for it. */
export interface Demo {
  kith: Kith
  media: ChosenMedia
  captions: ChosenCaptions
}

/**
 * Everything Kith can do, over SQLite: media on disk and captions by sketches, unless the environment names others. It goes by
 * the system's clock unless it is given one.
 */
export async function createDemo(settings: Settings, env: Environment, clock?: Clock): Promise<Demo> {
  const media = await chooseMedia(env, settings.media)
  const captions = await chooseCaptions(env, media.captions)
  const kith = createKith({
    secret: settings.secret,
    storage: createSqliteStorage({ path: settings.database }),
    media: media.options,
    captions: captions.option,
    posts: { textOnly: true },
    clock,
  })
  return { kith, media, captions }
}
