import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createSingleFlight } from '@kith/core/adapter'
import type { ImageProcessor, MediaType, RenditionForm } from '@kith/core/ports'
import { type Original, nameOfRendition } from './blob-folder.ts'
import { isMissing } from './disk-errors.ts'
import { keep } from './lasting.ts'
import type { TemporaryFiles } from './temporary-files.ts'

/** A file in the folder of a blob. */
interface StoredFile {
  name: string
  contentType: MediaType
}

/** Renditions, made on the first request and stored next to their original. */
export interface LocalRenditions {
  /**
   * The file of a rendition; `null` if the original is not an image. Fails with `ENOENT` if it is removed meanwhile.
   */
  find(folder: string, original: Original, form: RenditionForm): Promise<StoredFile | null>
}

/** Creates the renditions of one store. However many concurrent requests there are for one, it is made once. */
export function createRenditions(images: ImageProcessor, temporary: TemporaryFiles): LocalRenditions {
  const once = createSingleFlight<void>()

  async function make(folder: string, original: Original, form: RenditionForm): Promise<void> {
    const source = join(folder, original.name)
    const target = await temporary.use(async (path) => {
      const { format, isOnlyFormat } = await images.rendition(source, path, form)
      // If the result has another format than requested, it will have it again next time.
      const written = { format, isOnlyFormat: isOnlyFormat || format !== form.format }
      const kept = join(folder, nameOfRendition(original, form.rendition, written))
      await keep(path, kept)
      return kept
    })
    try {
      await stat(source)
    } catch (error) {
      // The key has a new original now, and this is a rendition of the previous one.
      await rm(target, { force: true })
      throw error
    }
  }

  return {
    async find(folder, original, form) {
      if (!original.contentType.startsWith('image/')) return null
      for (;;) {
        const file = await findMade(folder, original, form)
        if (file) return file
        // While one is made in the other format, wait for it: it may turn out to be the only one.
        const place = join(folder, `${original.version}-${form.rendition}`)
        await once(place, () => make(folder, original, form))
      }
    },
  }
}

/** The file of an existing rendition: in the requested format, or in the only one there is. */
async function findMade(
  folder: string,
  original: Original,
  { rendition, format }: RenditionForm,
): Promise<StoredFile | null> {
  for (const written of [
    { format, isOnlyFormat: false },
    { format: 'webp', isOnlyFormat: true },
  ] as const) {
    const name = nameOfRendition(original, rendition, written)
    if (await exists(join(folder, name))) return { name, contentType: `image/${written.format}` }
  }
  return null
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}
