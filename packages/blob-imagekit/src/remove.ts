import { setTimeout as wait } from 'node:timers/promises'
import type { ImageKit } from '@imagekit/nodejs'
import { isTemporary, nullIfAbsent, statusOf } from './imagekit-errors.ts'
import { atImageKit } from './requests.ts'

/** The delay before the second attempt; it doubles each time. */
const firstPauseMillis = 500

/**
 * Removes a folder with its contents. Returns whether it existed; therefore retries happen here and not in the client:
 * a 404 after an attempt whose response was lost means that it did.
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
