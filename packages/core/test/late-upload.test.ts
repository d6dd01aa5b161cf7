import { createMemoryBlobs } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { copyingImages as images, picture } from './copying-images.ts'
import { codeOf, createInstance } from './instance.ts'

test('an upload that was under way while its account was deleted is used nowhere and goes with its blob', async () => {
  const blobs = createMemoryBlobs()
  const { kith, options, advance } = createInstance({ media: { blobs, images } })
  const { user, session } = await kith.accounts.register({ username: 'ana', password: 'correct horse' })
  const viewer = { userId: user.id, sessionId: session.id }
  await kith.accounts.delete(viewer, { password: 'correct horse' })
  const upload = await kith.uploads.add(viewer, picture())
  expect(await codeOf(kith.uploads.use(viewer, upload.id, 'avatar'))).toBe('session-revoked')
  expect(await codeOf(kith.posts.create(viewer, { media: [upload.id] }))).toBe('invalid-input')
  await kith.upkeep.run()
  expect(await options.storage.media.byIds([upload.id])).toEqual([])
  expect(await blobs.read(upload.id, null, () => null)).toBeNull()
  const unused = await kith.uploads.add(viewer, picture())
  advance(86_401)
  await kith.upkeep.run()
  expect(await blobs.read(unused.id, null, () => null)).toBeNull()
})
