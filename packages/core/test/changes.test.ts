import { createKith, createSketchCaptions, type Kith, type Viewer } from '@kith/core'
import { createMemoryBlobs } from '@kith/core/memory'
import { beforeEach, expect, test } from 'vitest'
import { copyingImages, picture } from './copying-images.ts'
import { codeOf, createInstance, type Instance } from './instance.ts'
import { createMediaHost } from './media-host.ts'

let instance: Instance
let kith: Kith
let viewer: Viewer
let id: string

beforeEach(async () => {
  const { direct } = createMediaHost(() => new Date(0))
  instance = createInstance({
    media: { blobs: createMemoryBlobs(), direct, images: copyingImages },
    posts: { textOnly: true },
    captions: createSketchCaptions(),
  })
  kith = instance.kith
  const { user, session } = await kith.accounts.register({ username: 'ana', password: 'correct horse' })
  await kith.accounts.register({ username: 'ben', password: 'correct horse' })
  viewer = { userId: user.id, sessionId: session.id }
  id = (await kith.posts.create(viewer, { caption: 'one' })).id
})

const changes: [name: string, change: () => Promise<unknown>][] = [
  ['follow', () => kith.follows.add(viewer, 'ben')],
  ['follow of an unknown account', () => kith.follows.add(viewer, 'nobody')],
  ['unfollow', () => kith.follows.remove(viewer, 'ben')],
  ['like', () => kith.likes.add(viewer, id)],
  ['like of an unknown post', () => kith.likes.add(viewer, 'nothing')],
  ['unlike', () => kith.likes.remove(viewer, id)],
  ['save', () => kith.saves.add(viewer, id)],
  ['unsave', () => kith.saves.remove(viewer, id)],
  ['edit of a post', () => kith.posts.edit(viewer, id, { caption: 'two' })],
  ['invalid edit', () => kith.posts.edit(viewer, 'nothing', { caption: 7 } as never)],
  ['removal of a post', () => kith.posts.remove(viewer, 'nothing')],
  ['edit of the profile', () => kith.accounts.edit(viewer, { name: 'Ana' })],
  ['invalid edit of the profile', () => kith.accounts.edit(viewer, { name: 7 } as never)],
  ['avatar', () => kith.uploads.use(viewer, 'nothing', 'avatar')],
  ['removed cover', () => kith.uploads.clear(viewer, 'cover')],
]

test.each(changes)('a %s counts as a change before its input is read', async (_name, change) => {
  for (let index = 0; index < 120; index++) expect(await codeOf(change())).not.toBe('rate-limited')
  expect(await codeOf(change())).toBe('rate-limited')
  // All changes share one limit, which does not apply to reading and signing out.
  expect(await codeOf(kith.follows.add(viewer, 'ben'))).toBe('rate-limited')
  expect(await codeOf(kith.posts.get(viewer, id))).toBe('no error')
  expect(await codeOf(kith.sessions.logoutEverywhere(viewer))).toBe('no error')
  instance.advance(60)
  expect(await codeOf(kith.follows.add(viewer, 'ben'))).toBe('no error')
})

test('an account can make 2,000 changes an hour', async () => {
  for (let minute = 0; minute < 20; minute++) {
    for (let index = 0; index < 100; index++) await kith.likes.add(viewer, id)
    instance.advance(60)
  }
  expect(await codeOf(kith.likes.add(viewer, id))).toBe('rate-limited')
})

test.each<[string, number, () => Promise<unknown>]>([
  ['posts', 99, () => kith.posts.create(viewer, { caption: 7 } as never)],
  ['signatures', 200, () => kith.uploads.sign(viewer, { contentType: 'text/html', size: 1 } as never)],
  ['captions', 60, () => kith.captions.suggest(viewer, 'x', { hint: 7 } as never)],
])('invalid %s count like valid ones', async (_name, limit, call) => {
  for (let index = 0; index < limit; index++) expect(await codeOf(call())).toBe('invalid-input')
  expect(await codeOf(call())).toBe('rate-limited')
})

test('ending sessions is limited per session, so that a thief cannot use up the limit', async () => {
  const other = await kith.sessions.login({ login: 'ana', password: 'correct horse' })
  const thief = { userId: viewer.userId, sessionId: other.session.id }
  for (let index = 0; index < 60; index++) await codeOf(kith.sessions.revoke(thief, 'nothing'))
  expect(await codeOf(kith.sessions.revoke(thief, 'nothing'))).toBe('rate-limited')
  expect(await codeOf(kith.sessions.revoke(viewer, thief.sessionId))).toBe('no error')
})

test('one account can use one caption writer at a time, and other accounts do not wait for it', async () => {
  let [running, most] = [0, 0]
  const counted = createKith({
    ...instance.options,
    captions: {
      name: 'counting',
      async suggest({ hint }) {
        if (hint === 'mine') most = Math.max(most, ++running)
        await new Promise((done) => setTimeout(done, 5))
        if (hint === 'mine') running--
        return { suggestions: ['text'], writer: 'counting', usage: null }
      },
    },
  })
  const image = await counted.uploads.add(viewer, picture())
  const suggest = () => counted.captions.suggest(viewer, image.id, { hint: 'mine' })
  expect(await Promise.all(Array.from({ length: 10 }, suggest))).toHaveLength(10)
  expect(most).toBe(1)
})
