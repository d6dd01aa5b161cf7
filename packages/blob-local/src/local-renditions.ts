import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImageProcessor, MediaType, Rendition } from '@kith/core'
import { type Original, nameOfRendition } from './blob-folder.ts'
import { isMissing } from './disk-errors.ts'
import { type TemporaryFiles, keep } from './temporary-files.ts'

/** A file in the folder of a blob. */
export interface StoredFile {
  name: string
  contentType: MediaType
}

/** Renditions, made when they are first asked for and kept beside their original. */
export interface LocalRenditions {
  /** The file of a rendition; `null` if the original is no image. Fails with `ENOENT` if it is removed meanwhile. */
  find(folder: string, original: Original, rendition: Rendition): Promise<StoredFile | null>
}

/** Creates the renditions of one store. However many ask for one at the same time, it is made once. */
export function createRenditions(images: ImageProcessor, temporary: TemporaryFiles): LocalRenditions {
  const making = new Map<string, Promise<void>>()

  function once(target: string, make: () => Promise<void>): Promise<void> {
    const current = making.get(target) ?? make().finally(() => making.delete(target))
    making.set(target, current)
    return current
  }

  async function make(source: string, target: string, rendition: Rendition): Promise<void> {
    await temporary.use(async (path) => {
      await images.rendition(source, path, rendition)
      await keep(path, target)
    })
    try {
      await stat(source)
    } catch (error) {
      // The key has a new original by now, and this is a rendition of the one before.
      await rm(target, { force: true })
      throw error
    }
  }

  return {
    async find(folder, original, rendition) {
      if (!original.contentType.startsWith('image/')) return null
      const name = nameOfRendition(original, rendition)
      const target = join(folder, name)
      if (!(await exists(target)))
        await once(target, () => make(join(folder, original.name), target, rendition))
      return { name, contentType: 'image/webp' }
    },
  }
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
