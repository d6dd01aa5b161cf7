import type { Core } from '../core.ts'
import { parseInput } from '../input.ts'
import type { AppFields } from '../own-fields/app-fields.ts'
import { type Page, type PageInput, pageInput, readPage } from '../page.ts'
import type { Post } from '../posts/post.ts'
import type { Viewer } from '../viewer.ts'

/** The home feed. */
export interface Feed<Fields extends AppFields = AppFields> {
  /** The viewer's own posts and those of accounts the viewer follows, newest first. @throws invalid-cursor */
  home(viewer: Viewer, input?: PageInput): Promise<Page<Post<Fields>>>
}

/** Creates the feed of one Kith instance. */
export function createFeed(core: Core): Feed {
  return {
    async home(viewer, input = {}) {
      return await readPage(
        {
          name: 'feed',
          read: (keyset) => core.storage.feed.home(viewer.userId, keyset),
          present: (rows) => core.presentPosts(viewer, rows),
        },
        parseInput(pageInput, input),
      )
    },
  }
}
