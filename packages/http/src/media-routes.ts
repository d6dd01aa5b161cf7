import { type Kith, KithError } from '@kith/core'
import { drawDefaultAvatar, signUploadInput, suggestInput } from '@kith/core/adapter'
import type { Rendition } from '@kith/core/ports'
import type { HttpConfig } from './options.ts'
import type { RequestHead } from './http-request.ts'
import {
  type Answer,
  type Params,
  publicRoute,
  type Route,
  type RouteDescription,
  viewerRoute,
} from './route.ts'
import { fileHeaders, serveFile } from './served-file.ts'
import { shapes } from './shapes.ts'
import { readUpload } from './upload.ts'
import { createUploadPlaces } from './upload-places.ts'

const renditions: ReadonlySet<string> = new Set<Rendition>(['thumb', 'feed', 'full'])

function demandRendition(name: string | undefined): Rendition | null {
  if (name === undefined) return null
  if (!renditions.has(name)) throw new KithError('media-not-found')
  return name as Rendition
}

type FileRoute = Pick<RouteDescription, 'path' | 'operationId' | 'summary' | 'produces' | 'problems'>

/** Long enough to watch a video to its end. */
const grantSeconds = 3_600

/**
 * A client that was redirected asks again after this time: how long a ban may go unnoticed, in addition to the lifetime
 * of signed URLs.
 */
const sentOnSeconds = 600

/** The media routes: uploads, serving files if the blob store does not, and captions. */
export function mediaRoutes({ uploads, captions, config }: Kith, limits: HttpConfig['uploads']): Route[] {
  const places = createUploadPlaces(limits.perAccount)
  const pace = { graceSeconds: limits.graceSeconds, bytesPerSecond: limits.minBytesPerSecond }
  const { blobs, direct, images, videos } = config.media
  const served = blobs?.kind === 'served' ? blobs : null
  const granted = blobs?.kind === 'granted' ? blobs : null
  /** The error for files without a processor. */
  const unread = images && videos ? [] : (['not-configured'] as const)

  return [
    viewerRoute({
      method: 'POST',
      path: '/media',
      operationId: 'upload',
      summary: 'Upload an image or a video: as `file` in multipart/form-data, or as the body itself',
      consumes: ['multipart/form-data', 'image/*', 'video/*', 'application/octet-stream'],
      status: 201,
      output: shapes.Upload,
      isConfigured: blobs !== null,
      problems: [
        'unsupported-media-type',
        'media-too-large',
        'media-too-complex',
        'media-unreadable',
        'media-unavailable',
        'policy-refused',
        'busy',
        'rate-limited',
        ...unread,
      ],
      async handle(viewer, { request, client }) {
        // The place first: a refused client has sent no byte of its file.
        const upload = await places.within(viewer.userId, () =>
          readUpload({ request, pace }, (bytes) =>
            uploads.add(viewer, bytes, { signal: request.signal, client }),
          ),
        )
        return { body: upload }
      },
    }),
    viewerRoute({
      method: 'POST',
      path: '/media/direct',
      operationId: 'signUpload',
      summary: 'Announce a file and get a signed URL to upload it directly to the media host',
      body: signUploadInput,
      status: 201,
      output: shapes.SignedUpload,
      isConfigured: direct !== null,
      problems: ['media-too-large', 'media-unavailable', 'policy-refused', 'rate-limited', ...unread],
      handle: async (viewer, { body, client }) => ({ body: await uploads.sign(viewer, body, client) }),
    }),
    viewerRoute({
      method: 'POST',
      path: '/media/:id/confirm',
      operationId: 'confirmUpload',
      summary: 'Confirm a file that was uploaded to its signed URL (idempotent)',
      status: 200,
      output: shapes.Upload,
      isConfigured: direct !== null,
      problems: [
        'media-not-found',
        'unsupported-media-type',
        'media-too-large',
        'media-too-complex',
        'media-unreadable',
        'media-unavailable',
        'rate-limited',
        'busy',
        ...unread,
      ],
      handle: async (viewer, { params }) => ({ body: await uploads.confirm(viewer, params.id) }),
    }),
    viewerRoute({
      method: 'POST',
      path: '/media/:id/captions',
      operationId: 'suggestCaptions',
      summary: 'Suggest captions for your image; nothing is published',
      body: suggestInput,
      status: 200,
      output: shapes.Captions,
      isConfigured: blobs !== null && config.captions.writer !== null,
      problems: ['media-not-found', 'rate-limited', 'captions-unavailable'],
      handle: async (viewer, { params, body, request }) => ({
        body: await captions.suggest(viewer, params.id, body, request.signal),
      }),
    }),
    publicRoute({
      method: 'GET',
      path: '/media/avatars/:file',
      operationId: 'getDefaultAvatar',
      summary: 'Get the default avatar of an account',
      status: 200,
      produces: ['image/png'],
      problems: ['media-not-found'],
      async handle({ params }) {
        const id = /^([0-9a-f-]{36})\.png$/.exec(params.file)?.[1]
        if (id === undefined) throw new KithError('media-not-found')
        return { bytes: drawDefaultAvatar(id), headers: { ...fileHeaders, 'content-type': 'image/png' } }
      },
    }),
    ...(served || granted
      ? [
          fileRoute({
            path: '/media/files/:id',
            operationId: 'getFile',
            summary: 'Get a stored file; supports ranges',
            produces: ['image/webp', 'video/mp4', 'video/quicktime', 'video/webm'],
            problems: ['media-not-found', 'media-unavailable', 'busy'],
          }),
          fileRoute({
            path: '/media/files/:id/:rendition',
            operationId: 'getRendition',
            summary: 'Get an image as `thumb`, `feed` or `full`: AVIF if `Accept` names it; supports ranges',
            produces: ['image/webp', 'image/avif'],
            problems: [
              'media-not-found',
              'media-too-complex',
              'media-unreadable',
              'media-unavailable',
              'busy',
            ],
          }),
        ]
      : []),
  ]

  function fileRoute(description: FileRoute): Route {
    return publicRoute({
      ...description,
      method: 'GET',
      ...(granted ? { status: 302 } : { status: 200, otherStatuses: [206, 304, 416] }),
      handle: ({ params, request }) => (granted ? sendOn(params) : serve(params, request)),
    })
  }

  async function serve({ id, rendition: name }: Params, { headers }: RequestHead): Promise<Answer> {
    const rendition = demandRendition(name)
    const visible = await uploads.servedFile(id)
    const answer =
      served && visible && (await serveFile(served, { id, rendition, turn: visible.ownerId }, headers))
    if (answer) return answer
    // A video has no renditions.
    if (visible && (rendition === null || visible.kind === 'image')) await uploads.noteMissing(id)
    throw new KithError('media-not-found')
  }

  async function sendOn({ id, rendition: name }: Params): Promise<Answer> {
    const rendition = demandRendition(name)
    const visible = await uploads.servedFile(id)
    if (!visible || (rendition && visible.kind !== 'image')) throw new KithError('media-not-found')
    const until = new Date(config.clock().getTime() + grantSeconds * 1000)
    const location = await granted?.grant(id, rendition, { until, kind: visible.kind })
    if (!location) throw new KithError('media-not-found')
    return {
      status: 302,
      headers: {
        location,
        'cache-control': `private, max-age=${sentOnSeconds}`,
        'cross-origin-resource-policy': 'cross-origin',
      },
    }
  }
}
