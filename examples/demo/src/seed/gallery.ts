import type { Kith, Viewer } from '@kith/core'
import { cast, type Person } from './cast/index.ts'
import { draw } from './pictures/draw.ts'
import { poster } from './pictures/poster.ts'

/** The demo's own account. It follows everyone, so its home feed is what a visitor sees. */
const galleryExternalId = 'demo:the.gallery'

/** A person of the cast as an account: accounts without a password, whose ids are derived from their names. */
export function viewerOfPerson(kith: Kith, { username }: Pick<Person, 'username'>): Viewer {
  return kith.viewerOf(kith.accounts.shadowId(`demo:${username}`))
}

/** The ids of the cast, in order, whether they exist or not. */
export function idsOfCast(kith: Kith): string[] {
  return cast.map((person) => viewerOfPerson(kith, person).userId)
}

/** The viewer who sees the posts of everyone. */
export function viewerOfGallery(kith: Kith): Viewer {
  return kith.viewerOf(kith.accounts.shadowId(galleryExternalId))
}

/** Creates the account of the gallery. */
export async function openGallery(kith: Kith): Promise<void> {
  const { id } = await kith.accounts.shadow(galleryExternalId, {
    username: 'the.gallery',
    name: 'The Gallery',
    bio: 'The house account of this demo. It follows everybody; its feed is what visitors see.',
  })
  const colors = ['#4f46e5', '#f4f1ff', '#a5b4fc', '#f9a8d4', '#fde68a']
  const picture = draw(poster('arches', colors), 'face', galleryExternalId)
  const upload = await kith.uploads.add(kith.viewerOf(id), picture)
  await kith.uploads.use(kith.viewerOf(id), upload.id, 'avatar')
}

/** Makes the gallery follow every new account from now on, if there is a gallery. */
export function showNewcomers(kith: Kith): void {
  kith.events.on('account.registered', ({ userId }) => {
    void follow(kith, userId).catch((error: unknown) => console.error(error))
  })
}

async function follow(kith: Kith, userId: string): Promise<void> {
  const gallery = viewerOfGallery(kith)
  const [user, owner] = await kith.accounts.byIds([userId, gallery.userId])
  if (owner && user?.username) await kith.follows.add(gallery, user.username)
}
