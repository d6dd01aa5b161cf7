import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import { createSignUpload, type SignUpload } from './sign-upload.ts'
import { receiveFile } from './receive-file.ts'
import { createProcessUpload, demandBlobs, maxBytesOf } from './process-upload.ts'
import type { Upload } from './upload-shape.ts'
import type { VisibleFile } from './visible-files.ts'

/** Uploads: send the bytes first, then use them. Upkeep removes uploads that are not used within a day. */
export interface Uploads extends SignUpload {
  /**
   * Stores an image or a video from a stream. It is checked, oriented and stripped of its metadata before it is stored.
   * A chunk is requested when the previous one is written, so all may share one buffer. If `signal` is aborted before
   * it is decoded nothing is stored, and the call rejects with its reason.
   * @throws unsupported-media-type, media-too-large, media-too-complex, media-unreadable, media-unavailable,
   * policy-refused, rate-limited, busy, storage-full, storage-failed
   */
  add(viewer: Viewer, bytes: AsyncIterable<Uint8Array>, options?: AddOptions): Promise<Upload>
  /**
   * The file with this id, if it may be served: `null` if it is not ready, released, or of a banned or deleted account.
   * A ban in another process takes effect after 5 seconds.
   */
  servedFile(id: string): Promise<VisibleFile | null>
  /**
   * Reports that a file from {@link servedFile} is not in the media storage, for the operator.
   * @throws storage-failed if the media storage itself is the wrong one
   */
  noteMissing(id: string): Promise<void>
  /** Makes the viewer's own unused image the avatar or cover. @throws media-not-found, session-revoked, rate-limited */
  use(viewer: Viewer, id: string, as: 'avatar' | 'cover'): Promise<void>
  /** Removes the avatar or cover. Idempotent. @throws rate-limited */
  clear(viewer: Viewer, use: 'avatar' | 'cover'): Promise<void>
}

/** Options that go with a file. */
interface AddOptions {
  signal?: AbortSignal | undefined
  client?: ClientInfo | undefined
}

/** Creates the uploads of one Kith instance. */
export function createUploads(core: Core): Uploads {
  const { storage } = core
  const { media: config } = core.config
  const processUpload = createProcessUpload(core)

  return {
    ...createSignUpload(core, processUpload),
    async add(viewer, bytes, { signal, client = {} } = {}) {
      demandBlobs(config)
      await core.limits.byAccount('uploadByAccount', viewer.userId)
      await core.askPolicy('media.add', { input: { contentType: null, size: null }, viewer, client })
      // Before a byte of it is read.
      await core.mediaPlace.demand()
      const receiving = {
        directory: config.temporaryDirectory,
        maxBytes: (type: Parameters<typeof maxBytesOf>[1]) => maxBytesOf(config, type),
      }
      const upload = await receiveFile(bytes, receiving, async (received) => {
        signal?.throwIfAborted()
        return await processUpload.asNew(viewer.userId, received)
      })
      core.visibleFiles.forget(upload.id)
      return upload
    },
    servedFile: (id) => core.visibleFiles.find(id),
    noteMissing: (id) => core.missingFiles.note(id),
    async use(viewer, id, as) {
      await core.limits.byAccount('changeByAccount', viewer.userId)
      const told = { userId: viewer.userId, fields: [as] }
      const rows = core.rowsOf('account.edited', () => told, { viewer })
      const result = await storage.media.attach(id, viewer.userId, as, rows)
      if (result.outcome === 'gone') throw new KithError('session-revoked')
      if (result.outcome === 'unavailable')
        throw new KithError('media-not-found', { detail: 'Use the id of one of your unused image uploads.' })
      core.emit('account.edited', told, { viewer })
      await removeReplaced(result.released)
    },
    async clear(viewer, use) {
      await core.limits.byAccount('changeByAccount', viewer.userId)
      const told = { userId: viewer.userId, fields: [use] }
      const rows = core.rowsOf('account.edited', () => told, { viewer })
      const released = await storage.media.detach(use, viewer.userId, rows)
      core.emit('account.edited', told, { viewer })
      await removeReplaced(released)
    },
  }

  async function removeReplaced(ids: readonly string[]): Promise<void> {
    for (const id of ids) core.visibleFiles.forget(id)
    await core.releasedMedia.removeOwn(ids)
  }
}
