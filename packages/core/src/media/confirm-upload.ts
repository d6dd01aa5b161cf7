import { setTimeout as wait } from 'node:timers/promises'
import type { Core } from '../core.ts'
import { isKithError, KithError, RetryLaterError } from '../errors.ts'
import { createSingleFlight } from '../single-flight.ts'
import type { Viewer } from '../viewer.ts'
import type { DirectUploads } from './direct-uploads.ts'
import type { MediaRecord } from './media-store.ts'
import type { MediaType } from './media-type.ts'
import { receiveFile } from './receive-file.ts'
import { demandBlobs, maxBytesOf, type ProcessUpload } from './process-upload.ts'
import { toUpload, type Upload } from './upload-shape.ts'

/** Stores a file that was uploaded to the media host. */
export type Confirm = (direct: DirectUploads, viewer: Viewer, id: string) => Promise<Upload>

/** The maximum time to process a file. A process that died in the middle blocks others for so long. */
const claimMillis = 300_000
/** How long a call waits for another process that is processing the same file, and how often it checks. */
const patienceMillis = 10_000
const lookMillis = 200

/**
 * Creates it. Calls to the host are charged to the account and to the upload, and only made once the row shows that
 * they are needed. Concurrent calls for one upload are one: within a process they share it, between processes one
 * claims the row and the others wait for its result.
 */
export function createConfirm(core: Core, processUpload: ProcessUpload): Confirm {
  const { storage, limits } = core
  const { media: config, log } = core.config
  const inFlight = createSingleFlight<Upload>()

  return async (direct, viewer, id) => {
    await limits.byAccount('confirmByAccount', viewer.userId)
    // By the account too: nobody shares the response to another account's call.
    return await inFlight(`${viewer.userId}:${id}`, () => confirm(direct, viewer, id))
  }

  async function confirm(direct: DirectUploads, viewer: Viewer, id: string): Promise<Upload> {
    const by = core.makeId()
    const end = performance.now() + patienceMillis
    for (let counted = false; ; counted = true) {
      const record = await own(viewer, id)
      if (record.state === 'ready') return toUpload(config, record)
      if (!counted) await limits.byAccount('confirmByUpload', id)
      const now = core.clock()
      if (await storage.media.claim({ id, by, now, until: new Date(now.getTime() + claimMillis) })) {
        return await takeClaimed(direct, record).finally(() => unclaim({ id, by }))
      }
      if (performance.now() > end) throw new RetryLaterError('busy', 10)
      await wait(lookMillis)
    }
  }

  async function unclaim(claim: { id: string; by: string }): Promise<void> {
    const warn = (error: unknown): void =>
      log.warn('media.claim-not-ended', { error, fields: { mediaId: claim.id } })
    await storage.media.unclaim(claim).catch(warn)
  }

  async function takeClaimed(direct: DirectUploads, record: MediaRecord): Promise<Upload> {
    const { id } = record
    try {
      const upload = await takeStaged(direct, record)
      core.visibleFiles.forget(id)
      await discard(direct, id)
      return upload
    } catch (error) {
      // A call whose claim had expired may have stored and discarded it meanwhile.
      const [now] = await storage.media.byIds([id])
      if (now?.state === 'ready') return toUpload(config, now)
      if (isUseless(error)) await discard(direct, id)
      throw error
    }
  }

  /** Upkeep removes what remains. */
  async function discard(direct: DirectUploads, id: string): Promise<void> {
    const warn = (error: unknown): void =>
      log.warn('media.staged-not-removed', { error, fields: { mediaId: id } })
    await direct.discard(id).catch(warn)
  }

  async function own(viewer: Viewer, id: string): Promise<MediaRecord> {
    const [record] = await storage.media.byIds([id])
    if (!record || record.ownerId !== viewer.userId || record.state === 'released' || record.attachment)
      throw new KithError('media-not-found', { detail: 'Use the id of one of your signed uploads.' })
    return record
  }

  async function takeStaged(direct: DirectUploads, record: MediaRecord): Promise<Upload> {
    const { id, ownerId, kind, contentType } = record
    const limits = {
      ownerId,
      kind,
      maxBytes: maxBytesOf(config, contentType),
      maxPixels: kind === 'image' ? config.maxPixels : config.maxVideoPixels,
    }
    if (!(await direct.confirm(id, limits)))
      throw new KithError('media-not-found', { detail: 'Send the file to the signed URL first.' })
    const receiving = {
      directory: config.temporaryDirectory,
      maxBytes: (type: MediaType) => maxBytesOf(config, type),
    }
    return await receiveFile(direct.read(id), receiving, (received) => processUpload.as(record, received))
  }
}

/**
 * Whether the file can never be used. After any other failure it can be confirmed again; and a missing file may still
 * be arriving.
 */
function isUseless(error: unknown): boolean {
  return isKithError(error) && error.status < 500 && error.code !== 'media-not-found'
}
