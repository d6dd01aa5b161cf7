import type { Core } from '../core.ts'
import { parseInput } from '../input.ts'
import type { AppFields } from '../own-fields/app-fields.ts'
import { type Page, type PageInput, pageInput, readPage } from '../page.ts'
import type { User } from '../profiles/user.ts'
import type { Viewer } from '../viewer.ts'
import { markPost, unmarkPost, visiblePost } from './post-marks.ts'

/** Whether the viewer likes a post, and its number of likes. */
export interface LikeState {
  liked: boolean
  likes: number
}

/** Likes of posts. */
export interface Likes<Fields extends AppFields = AppFields> {
  /** Idempotent. @throws post-not-found, session-revoked, rate-limited */
  add(viewer: Viewer, postId: string): Promise<LikeState>
  /** Idempotent. @throws post-not-found, rate-limited */
  remove(viewer: Viewer, postId: string): Promise<LikeState>
  /** Who likes a post, the newest like first. @throws post-not-found, invalid-cursor */
  list(viewer: Viewer | null, postId: string, input?: PageInput): Promise<Page<User<Fields>>>
}

/** Creates the likes of one Kith instance. */
export function createLikes(core: Core): Likes {
  return {
    async add(viewer, postId) {
      const told = { userId: viewer.userId, postId }
      const rows = core.rowsOf('like.added', () => told, { viewer })
      const { changed, count } = await markPost(core, { kind: 'like', viewer, postId, rows })
      if (changed) core.emit('like.added', told, { viewer })
      return { liked: true, likes: count }
    },
    async remove(viewer, postId) {
      const told = { userId: viewer.userId, postId }
      const rows = core.rowsOf('like.removed', () => told, { viewer })
      const { changed, count } = await unmarkPost(core, { kind: 'like', viewer, postId, rows })
      if (changed) core.emit('like.removed', told, { viewer })
      return { liked: false, likes: count }
    },
    async list(viewer, postId, input = {}) {
      await visiblePost(core, postId)
      return await readPage(
        {
          name: `likes-${postId}`,
          read: (keyset) => core.storage.edges.list({ kind: 'like', side: 'in', node: postId }, keyset),
          present: (rows) =>
            core.presentUsers.presentIds(
              viewer,
              rows.map((edge) => edge.from),
            ),
        },
        parseInput(pageInput, input),
      )
    },
  }
}
