import { drawDefaultAvatar, isServed, type Kith, KithError, type Rendition, suggestInput } from '@kith/core'
import { rangeOf } from './range.ts'
import { publicRoute, type Answer, type Route, viewerRoute } from './route.ts'
import { socialShapes as shapes } from './social-shapes.ts'
import { readUpload } from './upload.ts'

/** A file under an id never changes; and nothing in it may run, whatever a browser takes it for. */
const fileHeaders = {
  'cache-control': 'public, max-age=31536000, immutable',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'cross-origin',
}

const renditions: ReadonlySet<string> = new Set<Rendition>(['thumb', 'feed', 'full'])

/** The routes of media: taking them in, serving them where the blob store does not, and captions for them. */
export function mediaRoutes({ uploads, captions, config }: Kith): Route[] {
  const { blobs } = config.media
  const served = blobs && isServed(blobs) ? blobs : null

  return [
    viewerRoute({
      method: 'POST',
      path: '/media',
      operationId: 'upload',
      summary: 'Upload an image or a video: as `file` in multipart/form-data, or as the body itself',
      consumes: ['multipart/form-data', 'image/*', 'video/*', 'application/octet-stream'],
      status: 201,
      output: shapes.Upload,
      problems: [
        'unsupported-media-type',
        'media-too-large',
        'media-unreadable',
        'rate-limited',
        'not-configured',
      ],
      handle: async (viewer, { request }) => ({
        body: await readUpload(request, (bytes) => uploads.add(viewer, bytes)),
      }),
    }),
    viewerRoute({
      method: 'POST',
      path: '/media/:id/captions',
      operationId: 'suggestCaptions',
      summary: 'Suggest captions for your image; none is published by itself',
      body: suggestInput,
      status: 200,
      output: shapes.Captions,
      problems: ['media-not-found', 'rate-limited', 'captions-unavailable', 'not-configured'],
      handle: async (viewer, { params, body }) => ({
        body: await captions.suggest(viewer, params['id'] ?? '', body),
      }),
    }),
    publicRoute({
      method: 'GET',
      path: '/media/avatars/:file',
      operationId: 'getDefaultAvatar',
      summary: 'The picture of an account that has set none',
      status: 200,
      produces: 'image/png',
      async handle({ params }) {
        const id = /^([0-9a-f-]{36})\.png$/.exec(params['file'] ?? '')?.[1]
        if (id === undefined) throw new KithError('media-not-found')
        return { bytes: drawDefaultAvatar(id), headers: { ...fileHeaders, 'content-type': 'image/png' } }
      },
    }),
    ...(served
      ? [fileRoute('/media/files/:id', 'getFile'), fileRoute('/media/files/:id/:rendition', 'getRendition')]
      : []),
  ]

  function fileRoute(path: string, operationId: string): Route {
    return publicRoute({
      method: 'GET',
      path,
      operationId,
      summary: 'A stored file; answers ranges',
      status: 200,
      produces: 'image/webp',
      problems: ['media-not-found'],
      handle: ({ params, head }) => serve(params, head.headers),
    })
  }

  async function serve(
    params: Readonly<Record<string, string>>,
    headers: { get(name: string): string | null },
  ): Promise<Answer> {
    const { id = '', rendition = null } = params
    if (rendition !== null && !renditions.has(rendition)) throw new KithError('media-not-found')
    const etag = `"${id}${rendition === null ? '' : `-${rendition}`}"`
    const range = rangeOf(headers, etag)
    const blob = await served?.read(id, rendition as Rendition | null, (size) => range.pick(size))
    if (!blob) throw new KithError('media-not-found')
    const base = { ...fileHeaders, 'content-type': blob.contentType, etag, 'accept-ranges': 'bytes' }
    if (headers.get('if-none-match') === etag) return { status: 304, headers: { ...fileHeaders, etag } }
    const answer = range.answer(blob.size)
    if (answer.status === 416) return { status: 416, headers: { ...base, ...answer.headers } }
    return { status: answer.status, stream: blob.bytes, headers: { ...base, ...answer.headers } }
  }
}
