import { createCloudinaryMedia } from '@kith/blob-cloudinary'
import { createKith, KithError, type Viewer } from '@kith/core'
import type { ImageProcessor } from '@kith/core/ports'
import { createMemoryStorage } from '@kith/core/memory'
import { createKithHttp } from '@kith/http'

/**
 * T4 and S12: 500 confirmations of an upload that was never sent, and 500 guests who request files that do not exist, with media at
 * Cloudinary. Its responses are simulated; the figure is how often it is called. The free plan has 500 Admin API calls an hour.
 * Then an account without rate limits confirms 500 uploads, and another account confirms one.
 */
const asked = { admin: 0, downloads: 0, others: 0 }
const fetch: typeof globalThis.fetch = async (input) => {
  const { pathname } = new URL(input instanceof Request ? input.url : input)
  if (pathname.includes('/resources/')) asked.admin++
  else if (pathname.endsWith('/download')) asked.downloads++
  else asked.others++
  return Response.json({ error: { message: 'Resource not found - nothing' } }, { status: 404 })
}
const { blobs, direct } = createCloudinaryMedia({ account: 'cloudinary://1:secret@cloud', fetch })
const never = (): never => {
  throw new KithError('media-unreadable')
}
const images: ImageProcessor = { inspect: never, normalize: never, rendition: never }
const kith = createKith({
  secret: 'a secret of the attacks, of 32 characters or more',
  storage: createMemoryStorage(),
  passwords: { memoryKiB: 8, iterations: 1 },
  media: { blobs, direct, images },
  limits: { uploadByAccount: [], confirmByAccount: [] },
  logger: { warn: () => {}, error: console.error },
})
const http = createKithHttp(kith)
const { user, session } = await kith.accounts.register({ username: 'mallory', password: 'correct horse' })
const viewer = { userId: user.id, sessionId: session.id }

const { id } = await kith.uploads.sign(viewer, { contentType: 'image/png', size: 1000 })
async function confirm(who: Viewer, upload: string): Promise<string> {
  return await kith.uploads.confirm(who, upload).then(
    () => 'confirmed',
    (error: unknown) => (error as KithError).code,
  )
}

const codes: Record<string, number> = {}
for (let index = 0; index < 500; index++) {
  const code = await confirm(viewer, id)
  codes[code] = (codes[code] ?? 0) + 1
}
const confirms = asked.admin

for (let index = 0; index < 500; index++) {
  const upload = await kith.uploads.sign(viewer, { contentType: 'image/png', size: 1000 })
  await confirm(viewer, upload.id)
}
const greedy = asked.admin - confirms
const ben = await kith.accounts.register({ username: 'ben', password: 'correct horse' })
const other = { userId: ben.user.id, sessionId: ben.session.id }
const others = await confirm(
  other,
  (await kith.uploads.sign(other, { contentType: 'image/png', size: 1000 })).id,
)

const statuses: Record<number, number> = {}
for (let index = 0; index < 500; index++) {
  const made = `0193e000-0000-7000-8000-${String(index).padStart(12, '0')}`
  const { status } = await http.handle(new Request(`http://localhost/api/v1/media/files/${made}`))
  statuses[status] = (statuses[status] ?? 0) + 1
}
console.log(`500 confirms of an upload that was never sent: ${confirms} Admin API calls`, codes)
console.log(`500 guests with made-up file ids: ${asked.downloads} downloads`, statuses)
console.log(
  `500 uploads of one account: ${greedy} Admin API calls of 500 an hour; another's confirm: ${others}`,
)
if (confirms > 10 || asked.downloads > 0 || others !== 'media-not-found') process.exitCode = 1
