import { setTimeout as wait } from 'node:timers/promises'
import type { ImageKit } from '@imagekit/nodejs'
import { isTemporary, nullIfAbsent, statusOf } from './imagekit-errors.ts'
import { atImageKit } from './requests.ts'

/** Before the second try; each further one comes after twice as long. */
const firstPauseMillis = 500

/**
 * Removes a folder with all that is in it. Returns whether there was one; so it is tried again here and not by the client:
 * a 404 that follows a try whose response was lost says that there was.
 */
export async function removeFolder(client: ImageKit, folderPath: string): Promise<boolean> {
  return await atImageKit(async (terms) => {
    for (let tries = 0; ; tries++) {
      try {
        await client.folders.delete({ folderPath }, { ...terms, maxRetries: 0 })
        return true
      } catch (error) {
        if (statusOf(error) === 404) return tries > 0
        if (tries >= client.maxRetries || !isTemporary(error)) throw error
        await wait(firstPauseMillis * 2 ** tries, null, { signal: terms.signal })
      }
    }
  })
}

/** Removes a file; idempotent. */
export async function removeFile(client: ImageKit, fileId: string): Promise<void> {
  await atImageKit((terms) => client.files.delete(fileId, terms).catch(nullIfAbsent))
}
