import { setImmediate as gap } from 'node:timers/promises'
import type { CreatePostResult, PostMedia, PostRecord, Storage } from '@kith/core/ports'
import { createMemoryStorage } from '@kith/core/memory'
import { type Broken, testFlaws } from '../../../test/flaws.ts'
import { postStoreCases } from '../src/index.ts'
import { peopled, type SocialStores } from '../src/peopled.ts'
import { samplePost } from '../src/records.ts'
import { everyone, purgingFlaws } from './broken-purging.ts'
import { claimingOnce, inFlight } from './flaw-races.ts'
import { stillAttached } from './media-flaw-tools.ts'

type Ports = SocialStores

/** A storage whose posts have a flaw. */
function flawed(breaking: (posts: Storage['posts'], media: Storage['media']) => Partial<Storage['posts']>) {
  return ({ posts, media }: Ports): Partial<Ports> => ({ posts: { ...posts, ...breaking(posts, media) } })
}

const creationFlaws: readonly Broken<Ports>[] = [
  {
    flaw: 'cuts captions at 2,200 characters',
    breaking: flawed(({ create }) => ({
      create: (post, media) => create({ ...post, caption: post.caption.slice(0, 2200) }, media),
    })),
    fails: ['posts/create'],
  },
  {
    flaw: 'looks for a thousand posts at most',
    breaking: flawed(({ byIds, counts }) => ({
      byIds: (ids) => byIds(ids.slice(0, 1000)),
      counts: (authorIds) => counts(authorIds.slice(0, 1000)),
    })),
    fails: ['posts/by-ids', 'posts/counts-in-order'],
  },
  {
    flaw: 'attaches the last upload first',
    breaking: flawed(({ create }) => ({ create: (post, media) => create(post, [...media].reverse()) })),
    fails: ['posts/create-attaches'],
  },
  {
    flaw: 'names the first upload only that is not available',
    breaking: flawed(({ create }) => ({
      async create(post, media) {
        const answer = await create(post, media)
        return answer.outcome === 'media-unavailable' ? { ...answer, ids: answer.ids.slice(0, 1) } : answer
      },
    })),
    fails: ['posts/create-unusable-media'],
  },
  {
    flaw: 'keeps the good uploads of a post that it refuses',
    breaking: flawed(({ create }) => ({
      async create(post, media) {
        const answer = await create(post, media)
        if (answer.outcome !== 'media-unavailable') return answer
        const good = media.filter((item) => !answer.ids.includes(item.id))
        await create(samplePost({ authorId: post.authorId }), good)
        return answer
      },
    })),
    fails: ['posts/create-unusable-media', 'posts/parallel-creates-one-upload'],
  },
  {
    flaw: 'looks whether uploads are free first and attaches them later',
    breaking: flawed(({ create }, { byIds }) => ({
      async create(post, media) {
        const before = await byIds(media.map((item) => item.id))
        const free = before.every(
          ({ attachment, ownerId }) => attachment === null && ownerId === post.authorId,
        )
        await gap()
        const answer = await create(post, media)
        return media.length > 0 && free && before.length === media.length ? { outcome: 'created' } : answer
      },
    })),
    fails: ['posts/parallel-creates-one-upload'],
  },
  {
    flaw: 'writes over a post with the same id',
    breaking: flawed(({ create, edit }) => ({
      create: (post, media) =>
        create(post, media).catch(async () => {
          await edit(post.id, post.caption, post.createdAt)
          return { outcome: 'created' }
        }),
    })),
    fails: ['posts/id-in-use'],
  },
  {
    flaw: 'looks at the uploads before it looks at the id',
    breaking: flawed(({ create }) => ({
      create: (post, media) =>
        create(post, media).catch((error: unknown) => {
          if (media.length < 2) throw error
          return { outcome: 'media-unavailable', ids: media.map(({ id }) => id) }
        }),
    })),
    fails: ['posts/id-in-use'],
  },
  {
    flaw: 'forgets to answer when a post was edited',
    breaking: flawed(({ edit }) => ({
      async edit(id, caption, editedAt) {
        const post = await edit(id, caption, editedAt)
        return post && { ...post, editedAt: null }
      },
    })),
    fails: ['posts/edit'],
  },
  {
    flaw: 'edits a removed post',
    breaking: flawed(({ edit, toPurge }) => ({
      async edit(id, caption, editedAt) {
        const removed = await toPurge(everyone)
        return removed.includes(id) ? samplePost({ id, caption, editedAt }) : edit(id, caption, editedAt)
      },
    })),
    fails: ['posts/edit-gone'],
  },
  {
    flaw: 'keeps the date it was given',
    breaking: flawed(({ create, byIds }) => {
      const given = new Map<string, Date>()
      return {
        create(post, media) {
          given.set(post.id, post.createdAt)
          return create(post, media)
        },
        async byIds(ids) {
          const found = await byIds(ids)
          return found.map((post) => ({ ...post, createdAt: new Date(given.get(post.id) ?? post.createdAt) }))
        },
      }
    }),
    fails: ['posts/copies'],
  },
  {
    flaw: 'answers the post it keeps',
    breaking: flawed(({ byAuthor, byIds }) => {
      const answered = new Map<string, PostRecord>()
      return {
        async byAuthor(authorId, keyset) {
          const found = await byAuthor(authorId, keyset)
          for (const post of found) answered.set(post.id, post)
          return found
        },
        async byIds(ids) {
          const found = await byIds(ids)
          return found.map((post) => ({
            ...post,
            createdAt: answered.get(post.id)?.createdAt ?? post.createdAt,
          }))
        },
      }
    }),
    fails: ['posts/copies'],
  },
]

const authorFlaws: readonly Broken<Ports>[] = [
  {
    flaw: 'asks nobody whether the author lives',
    breaking() {
      const { posts, media } = peopled(createMemoryStorage())
      return { posts, media }
    },
    fails: ['posts/create-gone-author', 'posts/create-remove-all-race'],
  },
  {
    flaw: 'looks whether the author lives first and creates later',
    breaking({ users }) {
      const { posts, media } = peopled(createMemoryStorage())
      async function create(post: PostRecord, items: readonly PostMedia[]): Promise<CreatePostResult> {
        const author = await users.byId(post.authorId)
        if (author?.bannedAt !== null) return { outcome: 'gone' }
        await gap()
        return await posts.create(post, items)
      }
      const { byIds, counts, remove, removeAll } = posts
      return { posts: { ...posts, byIds, counts, remove, removeAll, create }, media }
    },
    fails: ['posts/create-remove-all-race'],
  },
]

const removalFlaws: readonly Broken<Ports>[] = [
  {
    flaw: 'goes on with the post that the last page ended with',
    breaking: flawed(({ byAuthor }) => ({
      byAuthor: (authorId, { limit, before }) =>
        byAuthor(authorId, { limit, before: before && `${before}~` }),
    })),
    fails: ['posts/by-author'],
  },
  {
    flaw: 'counts each author once, however often it is asked',
    breaking: flawed(({ counts }) => ({ counts: (authorIds) => counts([...new Set(authorIds)]) })),
    fails: ['posts/counts-in-order'],
  },
  {
    flaw: 'loses a count when two posts of one author meet',
    breaking: flawed(({ create, counts }) => {
      const running = inFlight()
      const lost = new Map<string, number>()
      return {
        async create(post, media) {
          const met = running.has(post.authorId)
          const answer = await running.during(post.authorId, () => gap().then(() => create(post, media)))
          if (met && answer.outcome === 'created') lost.set(post.authorId, (lost.get(post.authorId) ?? 0) + 1)
          return answer
        },
        counts: async (ids) =>
          (await counts(ids)).map((count, index) => count - (lost.get(ids[index] ?? '') ?? 0)),
      }
    }),
    fails: ['posts/counts-after-race'],
  },
  {
    flaw: 'still answers a removed post by its author',
    breaking: flawed(({ byAuthor, byIds, remove }) => {
      const removed: PostRecord[] = []
      return {
        async remove(id) {
          removed.push(...(await byIds([id])))
          return remove(id)
        },
        async byAuthor(authorId, keyset) {
          const found = await byAuthor(authorId, keyset)
          return found.length > 0 ? found : removed.filter((post) => post.authorId === authorId)
        },
      }
    }),
    fails: ['posts/removed'],
  },
  {
    flaw: 'leaves media attached to a removed post',
    breaking: ({ posts, media }) => {
      const { keep, ports } = stillAttached(media)
      return {
        media: { ...media, ...ports },
        posts: {
          ...posts,
          async remove(id) {
            await keep('post', id)
            return posts.remove(id)
          },
        },
      }
    },
    fails: ['posts/removed'],
  },
  {
    flaw: 'leaves media attached to posts that are removed together',
    breaking: ({ posts, media }) => {
      const { keep, ports } = stillAttached(media)
      return {
        media: { ...media, ...ports },
        posts: {
          ...posts,
          async removeAll(authorId, limit) {
            for (const { id } of await posts.byAuthor(authorId, { limit: 100, before: null }))
              await keep('post', id)
            return posts.removeAll(authorId, limit)
          },
        },
      }
    },
    fails: ['posts/remove-all'],
  },
  {
    flaw: 'removes a post that never was',
    breaking: flawed(({ byIds, remove, toPurge }) => ({
      async remove(id) {
        const removed = await toPurge(everyone)
        const known = (await byIds([id])).length > 0 || removed.includes(id)
        return known ? remove(id) : true
      },
    })),
    fails: ['posts/remove-once'],
  },
  {
    flaw: 'looks whether a post is live first and removes it later',
    breaking: flawed(({ byIds, remove }) => ({
      async remove(id) {
        if ((await byIds([id])).length === 0) return false
        await gap()
        await remove(id)
        return true
      },
    })),
    fails: ['posts/parallel-removes'],
  },
  {
    flaw: 'counts a removal for each who asked for it at once',
    breaking: flawed(({ counts, remove, byIds }) => {
      const lost = new Map<string, number>()
      return {
        async remove(id) {
          const [post] = await byIds([id])
          const removed = await remove(id)
          if (post && !removed) lost.set(post.authorId, (lost.get(post.authorId) ?? 0) + 1)
          return removed
        },
        counts: async (ids) =>
          (await counts(ids)).map((count, index) => count - (lost.get(ids[index] ?? '') ?? 0)),
      }
    }),
    fails: ['posts/parallel-removes'],
  },
  {
    flaw: 'writes a post back that was removed meanwhile',
    breaking: flawed(({ byIds, edit }) => {
      const revived = new Map<string, PostRecord>()
      return {
        async edit(id, caption, editedAt) {
          const [before] = await byIds([id])
          await gap()
          const answer = await edit(id, caption, editedAt)
          if (before && !answer) revived.set(id, before)
          return answer
        },
        byIds: async (ids) => [...(await byIds(ids)), ...ids.flatMap((id) => revived.get(id) ?? [])],
      }
    }),
    fails: ['posts/edit-remove-race'],
  },
  {
    flaw: 'removes all posts of an author in one step',
    breaking: flawed(({ removeAll }) => ({ removeAll: (authorId) => removeAll(authorId, 1000) })),
    fails: ['posts/remove-all', 'posts/parallel-remove-alls'],
  },
  {
    flaw: 'names the posts of an author that are left, and not those that it removed',
    breaking: flawed(({ byAuthor, removeAll }) => ({
      async removeAll(authorId, limit) {
        const removed = await removeAll(authorId, limit)
        const left = await byAuthor(authorId, { limit: 99, before: null })
        return removed.map((id, index) => left[index]?.id ?? id)
      },
    })),
    fails: ['posts/remove-all'],
  },
  {
    flaw: 'claims that it has removed what another call has removed',
    breaking: flawed(({ removeAll }) => {
      const claimed = { done: false, running: 0 }
      return {
        async removeAll(authorId, limit) {
          let ids: string[] = []
          const count = claimingOnce(async (most) => {
            await gap()
            ids = await removeAll(authorId, most)
            return ids.length
          }, claimed)
          return (await count(limit)) > ids.length ? ['a post of another call'] : ids
        },
      }
    }),
    fails: ['posts/parallel-remove-alls'],
  },
  ...purgingFlaws<Ports>({
    subject: 'posts',
    storeOf: ({ posts }) => posts,
    mark: ({ posts }, id) => posts.remove(id),
    breaking: ({ posts }, verbs, created) => ({
      posts: {
        ...posts,
        ...verbs,
        create(post, media) {
          created?.(post.id)
          return posts.create(post, media)
        },
      },
    }),
  }),
  {
    flaw: 'recounts for ever',
    breaking: flawed(({ recount }) => ({
      recount: async (after, limit) => ({ ...(await recount(after, limit)), next: after ?? 'start' }),
    })),
    fails: ['posts/recount', 'posts/recount-while-changing'],
  },
  {
    flaw: 'compares in a later step what it has counted in an earlier one',
    breaking: flawed(({ counts, create, recount }) => {
      const known = new Set<string>()
      const earlier = new Map<string, number>()
      return {
        async create(post, media) {
          known.add(post.authorId)
          return await create(post, media)
        },
        async recount(after, limit) {
          const [node = ''] = known
          const [now = 0] = await counts([node])
          const counted = earlier.get(node) ?? now
          earlier.set(node, now)
          const result = await recount(after, limit)
          if (after === null) return { ...result, next: 'inside' }
          const [stored, before] = [
            { out: now, in: 0 },
            { out: counted, in: 0 },
          ]
          return {
            ...result,
            differences: now === counted ? [] : [{ kind: 'post', node, stored, counted: before }],
          }
        },
      }
    }),
    fails: ['posts/recount-while-changing'],
  },
]

testFlaws<Ports>(postStoreCases, createMemoryStorage, [...creationFlaws, ...authorFlaws, ...removalFlaws])
