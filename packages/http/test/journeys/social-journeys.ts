import assert from 'node:assert/strict'
import type { Post } from '@kith/core'
import { shapes } from '@kith/http'
import { type Client, race } from './client.ts'
import { openBrowser, password, registerBearer, registerInBrowser } from './clients.ts'
import type { Journey } from './journey.ts'
import type { JourneyApp } from './journey-app.ts'
import { picture, upload } from './uploads.ts'

async function publish(client: Client, caption: string): Promise<Post> {
  const { id } = await upload(client, picture(caption))
  const answer = await client.post('/posts', { caption, media: [{ id, alt: 'A pattern' }] })
  return shapes.Post.parse(answer.json())
}

async function captions(client: Client, path: string = '/feed'): Promise<string[]> {
  return shapes.PostPage.parse((await client.request(path)).json()).items.map((post) => post.caption)
}

async function names(app: JourneyApp, path: string): Promise<(string | null)[]> {
  return shapes.UserPage.parse((await app.request(path)).json()).items.map((user) => user.username)
}

/** Profiles, follows, posts, likes, saves and the feed. */
export const socialJourneys: readonly Journey[] = [
  {
    id: 'social/whole-way',
    title: 'The whole scenario: register, upload, suggest, post, follow, feed, like, save, profile, logout',
    host: 'this journey covers everything',
    async run(app) {
      const { browser: anna } = await registerInBrowser(app)
      const { browser: ben } = await registerInBrowser(app, 'ben')
      const photo = await upload(ben)
      assert.deepEqual([photo.kind, photo.width, photo.height], ['image', 320, 320])
      const suggest = { method: 'POST', json: { hint: 'my first day', count: 3 } }
      const suggested = await ben.request(`/media/${photo.id}/captions`, suggest)
      const { suggestions } = shapes.Captions.parse(suggested.json())
      assert.equal(suggestions.length, 3)
      assert.deepEqual(await captions(ben), [], 'a suggestion is not published')
      const json = { caption: suggestions[0], media: [photo.id] }
      const post = shapes.Post.parse((await ben.post('/posts', json)).json())
      assert.deepEqual(await captions(anna), [])
      const followed = await anna.put('/users/ben/follow')
      assert.deepEqual(followed.json(), { following: true, followers: 1 })
      assert.deepEqual(await captions(anna), [suggestions[0]])
      const liked = await anna.put(`/posts/${post.id}/like`)
      assert.deepEqual(liked.json(), { liked: true, likes: 1 })
      const saved = await anna.put(`/posts/${post.id}/save`)
      assert.deepEqual(saved.json(), { saved: true })
      assert.deepEqual(await captions(anna, '/users/me/saved'), [suggestions[0]])
      const seen = shapes.Post.parse((await anna.request(`/posts/${post.id}`)).json())
      assert.deepEqual([seen.counts, seen.viewer], [{ likes: 1 }, { liked: true, saved: true }])
      const profile = shapes.User.parse((await anna.request('/users/ben')).json())
      assert.deepEqual(profile.counts, { posts: 1, followers: 1, following: 0 })
      assert.deepEqual(profile.viewer, { following: true, followedBy: false })
      ;(await anna.post('/users/logout')).done()
      ;(await anna.request('/feed')).problem('unauthenticated')
    },
  },
  {
    id: 'social/by-id',
    title:
      'An account can be named by its id wherever a username works, so apps without usernames have the same routes',
    async run(app) {
      const { browser: anna } = await registerInBrowser(app)
      const { browser: ben, user } = await registerInBrowser(app, 'ben')
      await publish(ben, 'By id')
      const path = `/users/${user.id}`
      const profile = shapes.User.parse((await anna.request(path)).json())
      assert.deepEqual([profile.id, profile.username], [user.id, 'ben'])
      assert.deepEqual((await anna.put(`${path}/follow`)).json(), { following: true, followers: 1 })
      assert.deepEqual(await names(app, `${path}/followers`), ['anna'])
      assert.deepEqual(await captions(anna, `${path}/posts`), ['By id'])
      const ended = await anna.request(`${path}/follow`, { method: 'DELETE' })
      assert.deepEqual(ended.json(), { following: false, followers: 0 })
      ;(await ben.put(`${path}/follow`)).problem('self-follow')
      ;(await anna.request(`/users/${user.id.replace(/.$/, 'x')}`)).problem('account-not-found')
    },
  },
  {
    id: 'social/guests',
    title:
      'Guests can read profiles, posts and lists, but no feed and no saved posts, and cannot change anything',
    async run(app) {
      const anna = await registerBearer(app)
      const post = await publish(anna, 'for all')
      const ben = await registerBearer(app, 'ben')
      await ben.put('/users/anna/follow')
      for (const path of [
        '/users/anna',
        `/posts/${post.id}`,
        '/users/anna/posts',
        '/users/anna/followers',
        '/users/anna/following',
        `/posts/${post.id}/likes`,
      ])
        assert.equal((await app.request(path)).status, 200, path)
      const closed: [string, string][] = [
        ['GET', '/feed'],
        ['GET', '/users/me/saved'],
        ['GET', '/users/me/export'],
        ['POST', '/posts'],
        ['POST', '/media'],
        ['PATCH', `/posts/${post.id}`],
        ['DELETE', `/posts/${post.id}`],
        ['PUT', `/posts/${post.id}/like`],
        ['DELETE', `/posts/${post.id}/save`],
        ['PUT', '/users/anna/follow'],
        ['PUT', '/users/me/avatar'],
      ]
      for (const [method, path] of closed) (await app.request(path, { method })).problem('unauthenticated')
      assert.deepEqual(await captions(anna, '/users/anna/posts'), ['for all'])
    },
  },
  {
    id: 'social/toggles',
    title: 'Toggles are idempotent and return the new count and state',
    async run(app) {
      const anna = await registerBearer(app)
      const ben = await registerBearer(app, 'ben')
      const { id } = await publish(anna, 'like me')
      for (const [path, on, off] of [
        [`/posts/${id}/like`, { liked: true, likes: 1 }, { liked: false, likes: 0 }],
        [`/posts/${id}/save`, { saved: true }, { saved: false }],
        ['/users/anna/follow', { following: true, followers: 1 }, { following: false, followers: 0 }],
      ] as const) {
        for (const method of ['PUT', 'PUT'])
          assert.deepEqual((await ben.request(path, { method })).json(), on)
        for (const method of ['DELETE', 'DELETE'])
          assert.deepEqual((await ben.request(path, { method })).json(), off)
      }
      const parallel = await race(20, () => ben.put(`/posts/${id}/like`))
      for (const answer of parallel) assert.deepEqual(answer.json(), { liked: true, likes: 1 })
      assert.deepEqual(await names(app, `/posts/${id}/likes`), ['ben'])
      ;(await ben.put('/users/ben/follow')).problem('self-follow')
      ;(await ben.put('/users/nobody/follow')).problem('account-not-found')
      ;(await ben.put('/posts/nothing/like')).problem('post-not-found')
    },
  },
  {
    id: 'social/own-posts',
    title: 'Only its author edits or deletes a post; a deleted post disappears everywhere, with its files',
    async run(app) {
      const anna = await registerBearer(app)
      const ben = await registerBearer(app, 'ben')
      const { id, media } = await publish(anna, 'first')
      await ben.put(`/posts/${id}/save`)
      ;(await ben.patch(`/posts/${id}`, { caption: 'mine' })).problem('not-author')
      ;(await ben.delete(`/posts/${id}`)).problem('not-author')
      app.advance(60)
      const edited = await anna.patch(`/posts/${id}`, { caption: 'second' })
      const { caption, createdAt, editedAt } = shapes.Post.parse(edited.json())
      assert.equal(caption, 'second')
      assert.equal(Date.parse(editedAt ?? '') - Date.parse(createdAt), 60_000)
      const file = media[0]?.url ?? ''
      assert.equal((await app.raw(file)).status, 200)
      ;(await anna.delete(`/posts/${id}`)).done()
      ;(await anna.delete(`/posts/${id}`)).problem('post-not-found')
      ;(await app.request(`/posts/${id}`)).problem('post-not-found')
      assert.deepEqual([await captions(anna), await captions(ben, '/users/me/saved')], [[], []])
      assert.equal((await app.raw(file)).status, 404)
      assert.deepEqual(await app.media.files(), [])
    },
  },
  {
    id: 'social/pages',
    title: 'Pages follow each other, and a forged cursor or one of another list is refused',
    async run(app) {
      const anna = await registerBearer(app)
      for (let number = 1; number <= 5; number++) await publish(anna, `${number}`)
      const read = async (path: string) => shapes.PostPage.parse((await anna.request(path)).json())
      const first = await read('/feed?limit=2')
      const second = await read(`/feed?limit=2&cursor=${first.nextCursor}`)
      const third = await read(`/feed?limit=2&cursor=${second.nextCursor}`)
      const all = [first, second, third].flatMap(({ items }) => items.map((post) => post.caption))
      assert.deepEqual(all, ['5', '4', '3', '2', '1'])
      assert.equal(third.nextCursor, null)
      for (const cursor of ['x', '%00', 'ZmVlZDo', `${first.nextCursor}x`.slice(3)])
        (await anna.request(`/feed?cursor=${cursor}`)).problem('invalid-cursor')
      ;(await anna.request(`/users/anna/posts?cursor=${first.nextCursor}`)).problem('invalid-cursor')
      for (const query of [
        'limit=0',
        'limit=101',
        'limit=ten',
        'limit=2&limit=3',
        'page=2',
        `cursor=${'x'.repeat(5000)}`,
      ])
        (await anna.request(`/feed?${query}`)).problem('invalid-input')
    },
  },
  {
    id: 'social/post-media',
    title: "A post accepts 1 to 10 of the account's own unused uploads and a caption of 2,200 characters",
    async run(app) {
      const anna = await registerBearer(app)
      const ben = await registerBearer(app, 'ben')
      const foreign = await upload(ben)
      const used = (await publish(anna, 'used')).media[0]?.id ?? ''
      const post = (json: object) => anna.post('/posts', json)
      for (const media of [[foreign.id], [used], ['nothing'], [foreign.id, used]]) {
        const expected = media.map((_, index) => `media.${index} unavailable`)
        assert.deepEqual((await post({ media })).invalid(), expected)
      }
      const mine = await upload(anna)
      for (const media of [
        [],
        [mine.id, mine.id],
        Array<string>(11).fill('a'),
        Array<string>(10_000).fill('a'),
        'a',
        [7],
        [{ alt: 'x' }],
      ])
        (await post({ media })).problem(media.length === 10_000 ? 'invalid-input' : 'invalid-input')
      ;(await post({ caption: 'text alone' })).problem('invalid-input')
      ;(await post({ caption: '🧡'.repeat(2201), media: [mine.id] })).problem('invalid-input')
      const fits = shapes.Post.parse((await post({ caption: '🧡'.repeat(2200), media: [mine.id] })).json())
      assert.equal([...fits.caption].length, 2200)
      assert.equal(fits.media.length, 1)
    },
  },
  {
    id: 'social/account-gone',
    title:
      'A deleted account loses its posts, likes and follows; a banned one is hidden until it is unbanned',
    async run(app) {
      const anna = await registerBearer(app)
      const ben = await registerBearer(app, 'ben')
      const post = await publish(anna, 'by anna')
      await publish(ben, 'by ben')
      await ben.put(`/posts/${post.id}/like`)
      await ben.put('/users/anna/follow')
      await anna.put('/users/ben/follow')
      const seen = async () => {
        // Counts and lists of others follow when it is cleaned up, after the response.
        await app.kith.settled()
        const { counts } = shapes.User.parse((await app.request('/users/anna')).json())
        const { likes } = shapes.Post.parse((await app.request(`/posts/${post.id}`)).json()).counts
        return [counts, likes, await captions(anna), await names(app, '/users/anna/followers')]
      }
      const before = [{ posts: 1, followers: 1, following: 1 }, 1, ['by ben', 'by anna'], ['ben']]
      const without = [{ posts: 1, followers: 0, following: 0 }, 0, ['by anna'], []]
      assert.deepEqual(await seen(), before)
      await app.kith.accounts.ban(ben.user.id)
      ;(await app.request('/users/ben')).problem('account-not-found')
      assert.deepEqual(await captions(anna), ['by anna'], 'what is banned is not read from the first moment')
      assert.deepEqual(await names(app, '/users/anna/followers'), [])
      assert.deepEqual(await seen(), without)
      await app.kith.accounts.unban(ben.user.id)
      assert.deepEqual(await seen(), before)
      const again = openBrowser(app)
      await again.post('/users/login', { login: 'ben', password })
      ;(await again.delete('/users/me', { password })).done()
      assert.deepEqual(await captions(anna), ['by anna'])
      assert.deepEqual(await names(app, '/users/anna/followers'), [])
      assert.deepEqual(await seen(), without)
      assert.deepEqual((await app.kith.upkeep.verifyCounts()).differences, [])
    },
  },
  {
    id: 'social/export',
    title: 'An export contains everything that the account owns, line by line',
    async run(app) {
      const anna = await registerBearer(app)
      const post = await publish(anna, 'mine')
      await anna.put(`/posts/${post.id}/like`)
      const { text } = await anna.request('/users/me/export')
      const lines = text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { type: string })
      assert.deepEqual(
        lines.map(({ type }) => type),
        ['account', 'session', 'post', 'audit', 'audit', 'like'],
      )
    },
  },
]
