import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import type { Viewer } from '../viewer.ts'
import { createDirect, type Direct } from './direct.ts'
import { receive } from './receive.ts'
import { createTakeIn, demandBlobs, maxBytesOf } from './take-in.ts'
import type { Upload } from './upload.ts'

/** Uploads: first the bytes, then the use. What is not used within a day is removed by upkeep. */
export interface Uploads {
  /**
   * Takes in an image or a video as a stream. It is checked, oriented and stripped of its metadata before it is stored. A
   * chunk is asked for when the one before is written, so all may be in the same memory.
   * @throws unsupported-media-type, media-too-large, media-too-complex, media-unreadable, media-unavailable, rate-limited,
   * busy
   */
  add(viewer: Viewer, bytes: AsyncIterable<Uint8Array>): Promise<Upload>
  /**
   * Lets a browser send a file straight to the host of the media, if that is configured.
   * @throws media-too-large, media-unavailable, rate-limited, not-configured
   */
  sign: Direct['sign']
  /**
   * Takes in a file that was sent so, as {@link add} does. Idempotent; after `media-unavailable` it can be called again,
   * without sending the file once more.
   * @throws media-not-found, unsupported-media-type, media-too-large, media-too-complex, media-unreadable,
   * media-unavailable, busy
   */
  confirm: Direct['confirm']
  /** Makes one's own unused image the avatar or cover. @throws media-not-found, session-revoked */
  use(viewer: Viewer, id: string, as: 'avatar' | 'cover'): Promise<void>
  /** Takes the avatar or cover away. Idempotent. */
  clear(viewer: Viewer, use: 'avatar' | 'cover'): Promise<void>
}

/** Creates the uploads of one Kith instance. */
export function createUploads(core: Core): Uploads {
  const { storage } = core
  const { media: config } = core.config
  const takeIn = createTakeIn(core)

  return {
    ...createDirect(core, takeIn),
    async add(viewer, bytes) {
      demandBlobs(config)
      await core.attempts.byAccount('uploadByAccount', viewer.userId)
      const receiving = {
        directory: config.temporaryDirectory,
        maxBytes: (type: Parameters<typeof maxBytesOf>[1]) => maxBytesOf(config, type),
      }
      return await receive(bytes, receiving, (received) => takeIn.asNew(viewer.userId, received))
    },
    async use(viewer, id, as) {
      const [item] = await storage.media.byIds([id])
      const attached = item?.kind === 'image' && (await storage.media.attach(id, viewer.userId, as))
      if (!attached)
        throw new KithError('media-not-found', { detail: 'Give an unused image upload of yours.' })
      // An account that was deleted meanwhile keeps nothing.
      if (!(await storage.users.byId(viewer.userId))) {
        await storage.media.releaseAll(viewer.userId)
        throw new KithError('session-revoked')
      }
      core.emit('account.edited', { userId: viewer.userId, fields: [as] })
      await core.purge.media()
    },
    async clear(viewer, use) {
      await storage.media.detach(use, viewer.userId)
      core.emit('account.edited', { userId: viewer.userId, fields: [use] })
      await core.purge.media()
    },
  }
}
