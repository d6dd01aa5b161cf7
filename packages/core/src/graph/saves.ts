import type { Core } from '../core.ts'
import { parseInput } from '../input.ts'
import type { AppFields } from '../own-fields/app-fields.ts'
import { type Page, type PageInput, pageInput, readPage } from '../page.ts'
import type { Post } from '../posts/post.ts'
import type { Viewer } from '../viewer.ts'
import { markPost, unmarkPost } from './post-marks.ts'

/** Posts that a user saved for later; private. */
export interface Saves<Fields extends AppFields = AppFields> {
  /** Idempotent. @throws post-not-found, session-revoked, rate-limited */
  add(viewer: Viewer, postId: string): Promise<{ saved: boolean }>
  /** Idempotent. @throws post-not-found, rate-limited */
  remove(viewer: Viewer, postId: string): Promise<{ saved: boolean }>
  /** The viewer's own saved posts, the newest save first. @throws invalid-cursor */
  list(viewer: Viewer, input?: PageInput): Promise<Page<Post<Fields>>>
}

/** Creates the saves of one Kith instance. */
export function createSaves(core: Core): Saves {
  const { edges, posts } = core.storage
  return {
    async add(viewer, postId) {
      await markPost(core, { kind: 'save', viewer, postId })
      return { saved: true }
    },
    async remove(viewer, postId) {
      await unmarkPost(core, { kind: 'save', viewer, postId })
      return { saved: false }
    },
    async list(viewer, input = {}) {
      return await readPage(
        {
          name: `saved-${viewer.userId}`,
          read: (keyset) => edges.list({ kind: 'save', side: 'out', node: viewer.userId }, keyset),
          async present(rows) {
            const records = await posts.byIds(rows.map((edge) => edge.to))
            const shown = await core.presentPosts(viewer, records)
            const byId = new Map(shown.flatMap((post) => (post ? [[post.id, post]] : [])))
            return rows.map((edge) => byId.get(edge.to) ?? null)
          },
        },
        parseInput(pageInput, input),
      )
    },
  }
}
