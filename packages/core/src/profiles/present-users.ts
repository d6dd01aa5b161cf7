import type { UserRecord } from '../accounts/user-store.ts'
import type { KithConfig } from '../config.ts'
import { defaultAvatarPixels } from '../media/default-avatar.ts'
import { type Image, toImage } from '../media/image.ts'
import type { MediaRecord } from '../media/media-store.ts'
import type { UnknownFields } from '../own-fields/app-fields.ts'
import type { Stores } from '../storage.ts'
import type { Viewer } from '../viewer.ts'
import {
  type Author,
  type HostUser,
  hostPart,
  type OwnPart,
  ownPart,
  type OwnUser,
  type SignedInUser,
  type User,
} from './user.ts'

/** Prepares accounts for clients, any number of them with the same few queries. */
export interface PresentUsers {
  present(viewer: Viewer | null, users: readonly UserRecord[]): Promise<User[]>
  /** The accounts with these ids, in the same order; `null` for those that are deleted or banned. */
  presentIds(viewer: Viewer | null, ids: readonly string[]): Promise<(User | null)[]>
  presentOwn(user: UserRecord): Promise<OwnUser>
  presentForHost(users: readonly UserRecord[]): Promise<HostUser[]>
  presentSignedIn(user: UserRecord): Promise<SignedInUser>
  /** Short forms of the accounts with these ids, without those that are deleted or banned. */
  authors(ids: readonly string[]): Promise<Map<string, Author>>
}

/** The pictures of accounts by their ids. */
interface Pictures {
  avatars: ReadonlyMap<string, Image>
  covers: ReadonlyMap<string, Image>
}

const none: string[] = []

/** Creates the presenter of accounts. */
export function createPresentUsers(
  { users, edges, posts, media }: Stores,
  { media: config, accounts: { fields, ownFields } }: Pick<KithConfig, 'media' | 'accounts'>,
): PresentUsers {
  async function images(use: 'avatar' | 'cover', ids: readonly string[]): Promise<Map<string, Image>> {
    if (!config.blobs || ids.length === 0) return new Map()
    const found = await media.bySubjects(use, ids)
    return new Map(found.map((item: MediaRecord) => [item.attachment?.subject ?? '', toImage(config, item)]))
  }

  function defaultAvatar(userId: string): Image {
    const url = `${config.url}/avatars/${userId}.png`
    const renditions = { thumb: url, feed: url, full: url }
    return { url, width: defaultAvatarPixels, height: defaultAvatarPixels, thumbhash: null, renditions }
  }

  async function visible(ids: readonly string[]): Promise<Map<string, UserRecord>> {
    const found = ids.length > 0 ? await users.byIds([...new Set(ids)]) : []
    return new Map(found.filter((user) => user.bannedAt === null).map((user) => [user.id, user]))
  }

  function shown(user: UserRecord, { avatars, covers }: Pictures): Omit<User, 'counts' | 'viewer'> {
    return {
      id: user.id,
      username: user.username,
      name: user.name,
      bio: user.bio,
      avatar: avatars.get(user.id) ?? defaultAvatar(user.id),
      cover: covers.get(user.id) ?? null,
      createdAt: user.createdAt.toISOString(),
      ...(fields && { fields: fields.show(user.fields) }),
    }
  }

  function own(user: UserRecord): OwnPart & { ownFields?: UnknownFields } {
    return { ...ownPart(user), ...(ownFields && { ownFields: ownFields.show(user.fields) }) }
  }

  async function present(viewer: Viewer | null, records: readonly UserRecord[]): Promise<User[]> {
    if (records.length === 0) return []
    const ids = records.map((user) => user.id)
    const node = viewer?.userId ?? ''
    const [avatars, covers, follows, postCounts, following, followedBy] = await Promise.all([
      images('avatar', ids),
      images('cover', ids),
      edges.counts('follow', ids),
      posts.counts(ids),
      viewer ? edges.among({ kind: 'follow', side: 'out', node }, ids) : none,
      viewer ? edges.among({ kind: 'follow', side: 'in', node }, ids) : none,
    ])
    return records.map((user, index) => ({
      ...shown(user, { avatars, covers }),
      counts: {
        posts: postCounts[index] ?? 0,
        followers: follows[index]?.in ?? 0,
        following: follows[index]?.out ?? 0,
      },
      ...(viewer && {
        viewer: { following: following.includes(user.id), followedBy: followedBy.includes(user.id) },
      }),
    }))
  }

  return {
    present,
    async presentIds(viewer, ids) {
      const found = await visible(ids)
      const shown = await present(viewer, [...found.values()])
      const byId = new Map(shown.map((user) => [user.id, user]))
      return ids.map((id) => byId.get(id) ?? null)
    },
    async presentOwn(user) {
      const [shown] = await present(null, [user])
      if (!shown) throw new TypeError('an account that was given is presented')
      return { ...shown, ...own(user) }
    },
    async presentForHost(records) {
      const shown = await present(null, records)
      return records.flatMap((user, index) => {
        const profile = shown[index]
        return profile ? [{ ...profile, ...own(user), ...hostPart(user) }] : []
      })
    },
    async presentSignedIn(user) {
      const [avatars, covers] = await Promise.all([images('avatar', [user.id]), images('cover', [user.id])])
      return { ...shown(user, { avatars, covers }), ...own(user) }
    },
    async authors(ids) {
      const [found, avatars] = await Promise.all([visible(ids), images('avatar', [...new Set(ids)])])
      return new Map(
        [...found.values()].map(({ id, username, name }) => [
          id,
          { id, username, name, avatar: avatars.get(id) ?? defaultAvatar(id) },
        ]),
      )
    },
  }
}
