import assert from 'node:assert/strict'
import type { Case } from '../case.ts'
import { placeOf, readyMedia } from '../media-state.ts'
import type { SocialStores } from '../peopled.ts'
import { race, repeat, turns } from '../race.ts'
import { later, nextId, samplePost, sampleUser } from '../records.ts'
import { untilDone } from '../until-done.ts'

/** What `create` promises about the author. */
export const authorCases: readonly Case<SocialStores>[] = [
  {
    id: 'posts/create-gone-author',
    title:
      'create is refused where the author never was, is banned, deleted or purged, and saves and attaches nothing',
    async run(storage) {
      const { users, posts } = storage
      const author = sampleUser()
      const { id: upload } = await readyMedia(storage, { ownerId: author.id })
      async function assertGone(): Promise<void> {
        for (const media of [[], [{ id: upload, alt: '' }], [{ id: nextId(), alt: '' }]]) {
          const post = samplePost({ authorId: author.id })
          assert.deepEqual(await posts.create(post, media), { outcome: 'gone' })
          assert.deepEqual(await posts.byIds([post.id]), [])
        }
        assert.deepEqual(await posts.counts([author.id]), [0])
        assert.deepEqual(await placeOf(storage, upload), ['ready', null])
      }
      await assertGone()
      await users.create({ ...author, bannedAt: later() })
      await assertGone()
      await users.update(author.id, { bannedAt: null })
      const post = samplePost({ authorId: author.id })
      assert.deepEqual(await posts.create(post, []), { outcome: 'created' })
      await posts.remove(post.id)
      await users.markDeleted(author.id, later())
      await assertGone()
      await users.purge(author.id)
      await assertGone()
    },
  },
  {
    id: 'posts/create-remove-all-race',
    title: 'when the posts of a deleted account are removed, no create that began before leaves one behind',
    async run(storage) {
      const { users, posts } = storage
      await repeat(5, async () => {
        const author = sampleUser()
        await users.create(author)
        const all = Array.from({ length: 12 }, () => samplePost({ authorId: author.id }))
        async function clearAway(): Promise<void> {
          // Some posts are faster.
          await turns(1)
          assert.notEqual(await users.markDeleted(author.id, later()), null)
          await untilDone(5, async (limit) => (await posts.removeAll(author.id, limit)).length)
        }
        await Promise.all([
          race(all.length, async (index) => {
            await turns(index % 4)
            await posts.create(all[index] ?? samplePost(), [])
          }),
          clearAway(),
        ])
        assert.deepEqual(await posts.byIds(all.map(({ id }) => id)), [])
        assert.deepEqual(await posts.counts([author.id]), [0])
      })
    },
  },
]
