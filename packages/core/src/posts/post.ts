import type { MediaKind, Rendition } from '../media/media-type.ts'
import type { AppFields } from '../own-fields/app-fields.ts'
import type { Author } from '../profiles/user.ts'

/** An image or a video of a post. */
export interface PostMediaView {
  id: string
  kind: MediaKind
  url: string
  width: number
  height: number
  /** Seconds; videos only. */
  duration?: number
  alt: string
  thumbhash: string | null
  /** Images only; empty for videos. */
  renditions: Partial<Record<Rendition, string>>
}

/** A post, as returned to clients. */
export type Post<Fields extends AppFields = AppFields> = ShownPost & Fields['posts']['shown']

/** The fields of every post. */
interface ShownPost {
  id: string
  author: Author
  caption: string
  media: PostMediaView[]
  counts: { likes: number }
  /** Whether the viewer likes and has saved it; absent for guests. */
  viewer?: { liked: boolean; saved: boolean }
  /** ISO 8601, UTC. */
  createdAt: string
  /** When its caption or a field was last changed. */
  editedAt: string | null
}
