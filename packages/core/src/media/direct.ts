import type { MediaConfig } from '../config.ts'
import type { Core } from '../core.ts'
import { isKithError, KithError } from '../errors.ts'
import { parseInput } from '../input.ts'
import type { Viewer } from '../viewer.ts'
import type { DirectUploads, SignedUpload } from './direct-uploads.ts'
import type { MediaRecord } from './media-store.ts'
import type { MediaType } from './media.ts'
import { receive } from './receive.ts'
import { demandBlobs, demandProcessor, maxBytesOf, notConfigured, reserve, type TakeIn } from './take-in.ts'
import { type SignUploadInput, signUploadInput, toUpload, type Upload } from './upload.ts'

/** Uploads that go straight to the host of the media: signed first, then sent by the browser, then confirmed. */
export interface Direct {
  sign(viewer: Viewer, input: SignUploadInput): Promise<{ id: string; upload: SignedUpload }>
  confirm(viewer: Viewer, id: string): Promise<Upload>
}

/** For how long a signature lets the sending begin. */
const signedSeconds = 1_800

/** Creates it. */
export function createDirect(core: Core, takeIn: TakeIn): Direct {
  const { storage } = core
  const { media: config, logger } = core.config

  return {
    async sign(viewer, input) {
      const direct = demandDirect(config)
      const { contentType, size } = parseInput(signUploadInput, input)
      demandProcessor(config, contentType)
      await core.attempts.byAccount('uploadByAccount', viewer.userId)
      const maxBytes = maxBytesOf(config, contentType)
      if (size > maxBytes)
        throw new KithError('media-too-large', { detail: `At most ${maxBytes} bytes are taken.` })
      // The row comes first, so that upkeep finds what is sent and never confirmed.
      const { id, createdAt } = await reserve(core, viewer.userId, contentType)
      const until = new Date(createdAt.getTime() + signedSeconds * 1000)
      return { id, upload: await direct.sign(id, { contentType, size, until }) }
    },
    async confirm(viewer, id) {
      const direct = demandDirect(config)
      const record = await own(viewer, id)
      if (record.state === 'ready') return toUpload(demandBlobs(config), record)
      try {
        const upload = await takeStaged(direct, record)
        await discard(direct, id)
        return upload
      } catch (error) {
        // Another call may have taken it in and discarded it meanwhile.
        const [now] = await storage.media.byIds([id])
        if (now?.state === 'ready') return toUpload(demandBlobs(config), now)
        if (isUseless(error)) await discard(direct, id)
        throw error
      }
    },
  }

  /** Upkeep removes what stays. */
  async function discard(direct: DirectUploads, id: string): Promise<void> {
    await direct.discard(id).catch((error) => logger.warn('a staged file could not be removed', error))
  }

  async function own(viewer: Viewer, id: string): Promise<MediaRecord> {
    const [record] = await storage.media.byIds([id])
    if (!record || record.ownerId !== viewer.userId || record.state === 'released' || record.attachment)
      throw new KithError('media-not-found', { detail: 'Give the id of a signed upload of yours.' })
    return record
  }

  async function takeStaged(direct: DirectUploads, record: MediaRecord): Promise<Upload> {
    const { id, kind, contentType } = record
    const limits = {
      kind,
      maxBytes: maxBytesOf(config, contentType),
      maxPixels: kind === 'image' ? config.maxPixels : config.maxVideoPixels,
    }
    if (!(await direct.confirm(id, limits)))
      throw new KithError('media-not-found', { detail: 'Send the file to the signed address first.' })
    const receiving = {
      directory: config.temporaryDirectory,
      maxBytes: (type: MediaType) => maxBytesOf(config, type),
    }
    return await receive(direct.read(id), receiving, (received) => takeIn.as(record, received))
  }
}

/**
 * Whether the file cannot be used later either. After any other failure it can be confirmed once more; and one that is not
 * there may be arriving.
 */
function isUseless(error: unknown): boolean {
  return isKithError(error) && error.status < 500 && error.code !== 'media-not-found'
}

function demandDirect({ direct }: MediaConfig): DirectUploads {
  return direct ?? notConfigured('media.direct')
}
