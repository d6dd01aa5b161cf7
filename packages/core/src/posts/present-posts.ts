import type { KithConfig } from '../config.ts'
import type { MediaConfig } from '../config/media-config.ts'
import { toImage } from '../media/image.ts'
import type { MediaRecord } from '../media/media-store.ts'
import type { PresentUsers } from '../profiles/present-users.ts'
import type { Stores } from '../storage.ts'
import type { Viewer } from '../viewer.ts'
import type { Post, PostMediaView } from './post.ts'
import type { PostRecord } from './post-store.ts'

/**
 * Prepares posts for clients, any number of them with the same few queries; `null` for those whose author is deleted or
 * banned.
 */
export type PresentPosts = (viewer: Viewer | null, posts: readonly PostRecord[]) => Promise<(Post | null)[]>

const none: string[] = []

/** Creates the presenter of posts. */
export function createPresentPosts(
  storage: Stores,
  presentUsers: PresentUsers,
  { media: config, posts: { fields } }: Pick<KithConfig, 'media' | 'posts'>,
): PresentPosts {
  const { edges, media } = storage

  return async (viewer, posts) => {
    if (posts.length === 0) return []
    const ids = posts.map((post) => post.id)
    const node = viewer?.userId ?? ''
    const [authors, items, likes, liked, saved] = await Promise.all([
      presentUsers.authors(posts.map((post) => post.authorId)),
      media.bySubjects('post', ids),
      edges.counts('like', ids),
      viewer ? edges.among({ kind: 'like', side: 'out', node }, ids) : none,
      viewer ? edges.among({ kind: 'save', side: 'out', node }, ids) : none,
    ])
    const [likedIds, savedIds] = [new Set(liked), new Set(saved)]
    const mediaByPost = Map.groupBy(items, (item) => item.attachment?.subject ?? '')
    return posts.map((post, index) => {
      const author = authors.get(post.authorId)
      if (!author) return null
      return {
        id: post.id,
        author,
        caption: post.caption,
        media: (mediaByPost.get(post.id) ?? []).sort(byPosition).map((item) => toView(config, item)),
        counts: { likes: likes[index]?.in ?? 0 },
        ...(viewer && { viewer: { liked: likedIds.has(post.id), saved: savedIds.has(post.id) } }),
        createdAt: post.createdAt.toISOString(),
        editedAt: post.editedAt?.toISOString() ?? null,
        ...(fields && { fields: fields.show(post.fields) }),
      }
    })
  }
}

function byPosition(a: MediaRecord, b: MediaRecord): number {
  return (a.attachment?.position ?? 0) - (b.attachment?.position ?? 0)
}

function toView(config: MediaConfig, item: MediaRecord): PostMediaView {
  if (!config.blobs) throw new TypeError('there are media, so createKith needs `media.blobs`')
  const { id, kind } = item
  const duration = item.measures?.durationSeconds ?? null
  const { url, width, height, thumbhash, renditions } = toImage(config, item)
  return {
    id,
    kind,
    url,
    width,
    height,
    ...(duration !== null && { duration }),
    alt: item.attachment?.alt ?? '',
    thumbhash,
    renditions: kind === 'image' ? renditions : {},
  }
}
