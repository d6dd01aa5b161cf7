import { createReadStream } from 'node:fs'
import type { MediaConfig } from '../config.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import type { Viewer } from '../viewer.ts'
import type { BlobStore } from './blob-store.ts'
import { type Image, toImage } from './image.ts'
import type { MediaKind } from './media.ts'
import type { MediaMeasures, MediaRecord } from './media-store.ts'
import { type Received, receive } from './receive.ts'

/** An upload as its owner sees it, before it is used. */
export interface Upload {
  id: string
  kind: MediaKind
  url: string
  width: number
  height: number
  /** Seconds; videos only. */
  duration?: number
  thumbhash: string | null
  /** Its main colours, `#rrggbb`; empty for videos. */
  palette: string[]
  renditions: Partial<Image['renditions']>
}

/** Uploads: first the bytes, then the use. What is not used within a day is removed by upkeep. */
export interface Uploads {
  /**
   * Takes in an image or a video as a stream. It is checked, oriented and stripped of its metadata before it is stored.
   * @throws unsupported-media-type, media-too-large, media-unreadable, rate-limited
   */
  add(viewer: Viewer, bytes: AsyncIterable<Uint8Array>): Promise<Upload>
  /** Makes one's own unused image the avatar or cover. @throws media-not-found, session-revoked */
  use(viewer: Viewer, id: string, as: 'avatar' | 'cover'): Promise<void>
  /** Takes the avatar or cover away. Idempotent. */
  clear(viewer: Viewer, use: 'avatar' | 'cover'): Promise<void>
}

/** Creates the uploads of one Kith instance. */
export function createUploads(core: Core): Uploads {
  const { storage, clock } = core
  const { media: config } = core.config

  async function store(viewer: Viewer, received: Received): Promise<Upload> {
    const blobs = demandBlobs(config)
    const measures = await measure(config, received)
    const kind: MediaKind = received.contentType.startsWith('image/') ? 'image' : 'video'
    const record: MediaRecord = {
      id: core.makeId(),
      ownerId: viewer.userId,
      kind,
      contentType: kind === 'image' ? 'image/webp' : received.contentType,
      createdAt: clock(),
      state: 'reserved',
      measures: null,
      attachment: null,
    }
    await storage.media.reserve(record)
    await blobs.put(record.id, createReadStream(received.target), {
      contentType: record.contentType,
      size: null,
    })
    if (!(await storage.media.ready(record.id, measures))) {
      // Its account was deleted meanwhile, or upkeep gave it up after a very slow upload.
      await blobs.remove(record.id)
      throw new KithError('media-not-found', { detail: 'Upload it again.' })
    }
    return toUpload(blobs, { ...record, state: 'ready', measures })
  }

  return {
    async add(viewer, bytes) {
      demandBlobs(config)
      await core.attempts.byAccount('uploadByAccount', viewer.userId)
      const maxBytes = (type: string): number =>
        type.startsWith('image/') ? config.maxImageBytes : config.maxVideoBytes
      return await receive(bytes, { directory: config.temporaryDirectory, maxBytes }, (received) =>
        store(viewer, received),
      )
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

async function measure(config: MediaConfig, { contentType, path, target }: Received): Promise<MediaMeasures> {
  if (contentType.startsWith('image/')) {
    const images = config.images ?? notConfigured('media.images')
    const { width, height, frames } = await images.inspect(path)
    if (width * height * frames > config.maxPixels) {
      throw new KithError('media-too-large', { detail: `At most ${config.maxPixels} pixels are taken.` })
    }
    return { ...(await images.normalise(path, target)), durationSeconds: null }
  }
  const videos = config.videos ?? notConfigured('media.videos')
  const { width, height, durationSeconds } = await videos.inspect(path)
  if (durationSeconds > config.maxVideoSeconds || width * height > config.maxVideoPixels) {
    throw new KithError('media-too-large', {
      detail: `At most ${config.maxVideoSeconds} s and ${config.maxVideoPixels} pixels are taken.`,
    })
  }
  await videos.strip(path, target)
  const unmeasured = { thumbhash: null, palette: [], lightness: null, saturation: null, takenAt: null }
  return { width, height, durationSeconds, ...unmeasured }
}

/** @throws TypeError where the host gave no place for media. */
function demandBlobs(config: MediaConfig): BlobStore {
  return config.blobs ?? notConfigured('media.blobs')
}

function notConfigured(option: string): never {
  throw new KithError('not-configured', { detail: `Give \`${option}\` to createKith.` })
}

function toUpload(blobs: BlobStore, record: MediaRecord): Upload {
  const { url, width, height, thumbhash, renditions } = toImage(blobs, record)
  const duration = record.measures?.durationSeconds ?? null
  return {
    id: record.id,
    kind: record.kind,
    url,
    width,
    height,
    ...(duration !== null && { duration }),
    thumbhash,
    palette: record.measures?.palette ?? [],
    renditions: record.kind === 'image' ? renditions : {},
  }
}
