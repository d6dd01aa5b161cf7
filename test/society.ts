import { copyFile } from 'node:fs/promises'
import { type Kith, type Page, type PageInput, type Viewer, createKith, isKithError } from '@kith/core'
import type { BlobStore, ImageProcessor, Storage } from '@kith/core/ports'

/** Every action of an account. */
export const deeds = [
  'register',
  'follow',
  'unfollow',
  'post',
  'post a picture',
  'edit',
  'remove',
  'like',
  'unlike',
  'save',
  'unsave',
  'set avatar',
  'clear avatar',
  'ban',
  'unban',
  'delete',
  'upkeep',
] as const

/** The actions that are more frequent than creating and deleting accounts. */
export const everydayDeeds: readonly Deed['deed'][] = deeds.filter(
  (name) => !['ban', 'delete', 'upkeep'].includes(name),
)

/** An action of an account, as numbers: who, to whom, and which of their latest posts. */
export interface Deed {
  deed: (typeof deeds)[number]
  who: number
  whom: number
  which: number
}

/** A Kith, and accounts named `person_0` and so on that act in it. */
export interface Society {
  kith: Kith
  /** Carries it out, and returns the result: the response, or the code of the error. */
  act(deed: Deed): Promise<unknown>
  /** Everything that the first `people` accounts can read. */
  readAll(people: number): Promise<unknown>
}

/** The parts of a society. */
export interface SocietyOptions {
  storage: Storage
  blobs: BlobStore
  temporaryDirectory: string
  clock?: () => Date
  random?: (length: number) => Uint8Array
}

const password = 'correct horse'
const pixel = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')

/** Accepts every picture unchanged. */
const images: ImageProcessor = {
  inspect: async () => ({ width: 1, height: 1, frames: 1 }),
  async normalize(path, target) {
    await copyFile(path, target)
    const looks = { palette: [], lightness: 0.5, saturation: 0.5, takenAt: null }
    return { width: 1, height: 1, thumbhash: 'x', ...looks }
  },
  async rendition(path, target) {
    await copyFile(path, target)
    return { format: 'webp', isOnlyFormat: true }
  },
}

/** Creates one. It has no memory, so a society over the same storage continues where another one stopped. */
export function createSociety({ storage, blobs, temporaryDirectory, ...injected }: SocietyOptions): Society {
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage,
    passwords: { memoryKiB: 8, iterations: 1 },
    limits: { postByAccount: [], uploadByAccount: [] },
    posts: { textOnly: true },
    media: { blobs, images, temporaryDirectory },
    ...injected,
  })
  const nameOf = (person: number) => `person_${person}`

  async function viewerOf(person: number): Promise<Viewer | null> {
    const user = await kith.accounts.find(nameOf(person))
    return user && kith.viewerOf(user.id)
  }

  /** One of the latest posts of an account. */
  async function postOf({ userId }: Viewer, which: number): Promise<string> {
    const posts = await storage.posts.byAuthor(userId, { limit: 4, before: null })
    return posts[which % Math.max(posts.length, 1)]?.id ?? 'none'
  }

  /** Uploads a picture, and uses it in another request, for which the viewer is looked up again. */
  async function withPicture<Answer>(
    person: number,
    use: (viewer: Viewer, id: string) => Promise<Answer>,
  ): Promise<Answer | string> {
    const before = await viewerOf(person)
    const upload = before && (await kith.uploads.add(before, stream(pixel)))
    const viewer = await viewerOf(person)
    return upload && viewer ? await use(viewer, upload.id) : 'nobody there'
  }

  async function perform({ deed, who, whom, which }: Deed): Promise<unknown> {
    if (deed === 'register') return await kith.accounts.register({ username: nameOf(who), password })
    if (deed === 'upkeep') return await kith.upkeep.run()
    const [viewer, other] = [await viewerOf(who), await viewerOf(whom)]
    if (!viewer || !other) return 'nobody there'
    switch (deed) {
      case 'follow':
        return await kith.follows.add(viewer, nameOf(whom))
      case 'unfollow':
        return await kith.follows.remove(viewer, nameOf(whom))
      case 'post':
        return await kith.posts.create(viewer, { caption: `${which}` })
      case 'post a picture':
        return await withPicture(who, (self, id) =>
          kith.posts.create(self, { media: [{ id, alt: `${which}` }] }),
        )
      case 'edit':
        return await kith.posts.edit(viewer, await postOf(other, which), { caption: `edited ${which}` })
      case 'remove':
        return await kith.posts.remove(viewer, await postOf(other, which))
      case 'like':
        return await kith.likes.add(viewer, await postOf(other, which))
      case 'unlike':
        return await kith.likes.remove(viewer, await postOf(other, which))
      case 'save':
        return await kith.saves.add(viewer, await postOf(other, which))
      case 'unsave':
        return await kith.saves.remove(viewer, await postOf(other, which))
      case 'set avatar':
        return await withPicture(who, (self, id) => kith.uploads.use(self, id, 'avatar'))
      case 'clear avatar':
        return await kith.uploads.clear(viewer, 'avatar')
      case 'ban':
        return await kith.accounts.ban(viewer.userId)
      case 'unban':
        return await kith.accounts.unban(viewer.userId)
      case 'delete':
        return await kith.accounts.delete(viewer, { password })
    }
  }

  async function readPerson(person: number, reader: Viewer | null): Promise<unknown> {
    const viewer = await viewerOf(person)
    if (!viewer) return 'nobody there'
    const name = nameOf(person)
    const lines: string[] = []
    for await (const line of kith.accounts.export(viewer)) lines.push(line)
    const posts = await readList((input) => kith.posts.byAuthor(reader, name, input))
    return {
      lines,
      posts,
      profile: await outcomeOf(() => kith.profiles.get(reader, name)),
      followers: await readList((input) => kith.follows.followers(reader, name, input)),
      following: await readList((input) => kith.follows.following(reader, name, input)),
      feed: await readList((input) => kith.feed.home(viewer, input)),
      saved: await readList((input) => kith.saves.list(viewer, input)),
      likes: Array.isArray(posts)
        ? await Promise.all(posts.map(({ id }) => readList((input) => kith.likes.list(reader, id, input))))
        : null,
    }
  }

  return {
    kith,
    async act(deed) {
      const outcome = await outcomeOf(() => perform(deed))
      // What it still has from others depends on the progress of the cleanup.
      await kith.settled()
      return outcome
    },
    async readAll(people) {
      const all: unknown[] = []
      for (let person = 0; person < people; person++) {
        all.push(await readPerson(person, await viewerOf((person + 1) % people)))
      }
      return all
    },
  }
}

/** A complete list, read in pages of two. */
async function readList<Item>(read: (input: PageInput) => Promise<Page<Item>>): Promise<Item[] | unknown> {
  return outcomeOf(async () => {
    const all: Item[] = []
    for (let cursor: string | undefined; ;) {
      const page = await read({ limit: 2, cursor })
      all.push(...page.items)
      if (page.nextCursor === null) return all
      if (page.items.length < 2) throw new TypeError('a page that is not the last one is full')
      cursor = page.nextCursor
    }
  })
}

async function outcomeOf<Answer>(work: () => Promise<Answer>): Promise<Answer | { code: string }> {
  try {
    return await work()
  } catch (error) {
    if (isKithError(error) && error.code !== 'storage-failed') return { code: error.code }
    throw error
  }
}

async function* stream(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
