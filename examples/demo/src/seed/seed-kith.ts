import type { Kith } from '@kith/core'
import type { Person, PlannedPost } from './cast/index.ts'
import { openGallery, viewerOfGallery, viewerOfPerson } from './gallery.ts'
import type { Happening } from './history.ts'
import { draw, type Shape } from './pictures/draw.ts'
import { portrait } from './pictures/portrait.ts'
import type { Scene } from './pictures/canvas.ts'

/** What {@link seedKith} works with. */
export interface Seeding {
  history: readonly Happening[]
  /** Sets the clock of the Kith: later actions happen at that time. */
  setTime: (time: Date) => void
  /** Called with the progress, from 0 to 1. */
  onProgress: (share: number) => void
}

/** How many posts are drawn and uploaded while the one before them is published. */
const ahead = 4

/**
 * Replays a history with the same verbs as any host. Nobody signs in and no account has a password: `kith.viewerOf` acts for each
 * account, and every check, limit and count of Kith applies as usual.
 */
export async function seedKith(kith: Kith, { history, setTime, onProgress }: Seeding): Promise<void> {
  const posts = history.flatMap((happening) => (happening.kind === 'post' ? [happening] : []))
  const uploads = new Map<PlannedPost, Promise<string[]>>()
  const ids = new Map<PlannedPost, string>()

  async function upload(who: Person, scene: Scene, [shape, name]: readonly [Shape, string]): Promise<string> {
    const { id } = await kith.uploads.add(viewerOfPerson(kith, who), draw(scene, shape, name))
    return id
  }

  function uploadAll({
    who,
    post: { shows, shape, caption },
  }: {
    who: Person
    post: PlannedPost
  }): Promise<string[]> {
    const all = Promise.all(shows.map((scene, index) => upload(who, scene, [shape, `${caption} ${index}`])))
    // It is awaited when its turn comes, or never if something else fails before.
    all.catch(() => {})
    return all
  }

  async function join(who: Person): Promise<void> {
    const { username, name, bio, face, cover } = who
    await kith.accounts.shadow(`demo:${username}`, { username, name, bio })
    await kith.follows.add(viewerOfGallery(kith), username)
    const [avatarId, coverId] = await Promise.all([
      upload(who, portrait(face), ['face', username]),
      upload(who, cover, ['banner', `${username} cover`]),
    ])
    await kith.uploads.use(viewerOfPerson(kith, who), avatarId, 'avatar')
    await kith.uploads.use(viewerOfPerson(kith, who), coverId, 'cover')
  }

  async function publish(who: Person, post: PlannedPost): Promise<void> {
    for (const next of posts.slice(ids.size, ids.size + ahead)) {
      if (!uploads.has(next.post)) uploads.set(next.post, uploadAll(next))
    }
    const media = ((await uploads.get(post)) ?? []).map((id) => ({ id }))
    const { id } = await kith.posts.create(viewerOfPerson(kith, who), { caption: post.caption, media })
    ids.set(post, id)
  }

  const [first] = history
  if (first) setTime(first.at)
  await openGallery(kith)
  const pictured = history.filter(({ kind }) => kind === 'join' || kind === 'post').length
  let done = 0
  for (const happening of history) {
    const { who } = happening
    const viewer = viewerOfPerson(kith, who)
    setTime(happening.at)
    if (happening.kind === 'join') await join(who)
    else if (happening.kind === 'post') await publish(who, happening.post)
    else if (happening.kind === 'follow') await kith.follows.add(viewer, happening.whom.username)
    else await kith[happening.kind === 'like' ? 'likes' : 'saves'].add(viewer, ids.get(happening.post) ?? '')
    if (happening.kind === 'join' || happening.kind === 'post') onProgress(++done / pictured)
  }
}
