import { createReferenceHost } from '@kith/conformance'
import { createKith } from '@kith/core'
import { drawDefaultAvatar } from '@kith/core/adapter'
import type { ImageProcessor, Storage } from '@kith/core/ports'
import { createMemoryStorage } from '@kith/core/memory'
import { createSharpImages } from '@kith/media-sharp'

/**
 * S12: 40 concurrent confirmations of one signed upload, half of them in each of two processes (two Kiths over one storage
 * here). How often is the file fetched from the host, and how often decoded?
 */
const host = createReferenceHost()
const sharp = createSharpImages({ isolation: 'none' })
const done = { reads: 0, decodes: 0 }
const direct: typeof host.direct = {
  ...host.direct,
  read(key) {
    done.reads++
    return host.direct.read(key)
  },
}
const images: ImageProcessor = {
  inspect: (...given) => sharp.inspect(...given),
  rendition: (...given) => sharp.rendition(...given),
  normalize(...given) {
    done.decodes++
    return sharp.normalize(...given)
  },
}
function open(storage: Storage) {
  return createKith({
    secret: 'a secret of the benchmark, 32 characters',
    storage,
    passwords: { memoryKiB: 8, iterations: 1 },
    media: { blobs: host.blobs, direct, images },
    logger: { warn: () => {}, error: console.error },
  })
}

const storage = createMemoryStorage()
const processes = [open(storage), open(storage)] as const
const { user, session } = await processes[0].accounts.register({
  username: 'mallory',
  password: 'correct horse',
})
const viewer = { userId: user.id, sessionId: session.id }
const picture = drawDefaultAvatar('anna')
const { id, upload } = await processes[0].uploads.sign(viewer, {
  contentType: 'image/png',
  size: picture.length,
})
const form = new FormData()
for (const [name, value] of Object.entries(upload.form?.fields ?? {})) form.append(name, value)
form.append(upload.form?.file ?? 'file', new Blob([Uint8Array.from(picture)], { type: 'image/png' }))
const sent = await fetch(upload.url, { method: upload.method, body: form })
const confirmed = await Promise.allSettled(
  Array.from({ length: 40 }, (_, index) => processes[index % 2 === 0 ? 0 : 1].uploads.confirm(viewer, id)),
)
const ready = confirmed.filter(({ status }) => status === 'fulfilled').length
console.log(`the file was sent (${sent.status}); 40 confirms at the same moment: ${ready} succeed,`)
console.log(`the file is fetched ${done.reads} times and decoded ${done.decodes} times`)
await host.close()
if (done.reads !== 1 || done.decodes !== 1 || ready !== 40) process.exitCode = 1
