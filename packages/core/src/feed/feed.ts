import type { Core } from '../core.ts'
import { parseInput } from '../input.ts'
import { type Page, type PageInput, pageInput, readPage } from '../page.ts'
import type { Post } from '../posts/post.ts'
import type { Viewer } from '../viewer.ts'

/** The home feed. */
export interface Feed {
  /** The viewer's own posts and those of accounts the viewer follows, newest first. @throws invalid-cursor */
  home(viewer: Viewer, input?: PageInput): Promise<Page<Post>>
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
