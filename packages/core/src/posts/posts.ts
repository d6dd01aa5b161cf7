import type { Core } from '../core.ts'
import { InvalidInputError, KithError } from '../errors.ts'
import type { FieldError } from '../field-errors.ts'
import { parseInput } from '../input.ts'
import type { AppFields } from '../own-fields/app-fields.ts'
import { mergeFields, unread } from '../own-fields/stored-fields.ts'
import { type Page, type PageInput, pageInput, readPage } from '../page.ts'
import { visibleUser } from '../profiles/profiles.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import type { Post } from './post.ts'
import type { CreatePostInput, EditPostInput, PostInputs } from './post-inputs.ts'
import type { PostRecord } from './post-store.ts'

/** Posts. */
export interface Posts<Fields extends AppFields = AppFields> {
  readonly inputs: PostInputs
  /**
   * Publishes a post with the viewer's own uploads. @throws invalid-input, policy-refused, session-revoked,
   * rate-limited
   */
  create(viewer: Viewer, input: CreatePostInput<Fields>, client?: ClientInfo): Promise<Post<Fields>>
  /** Guests may read. @throws post-not-found */
  get(viewer: Viewer | null, id: string): Promise<Post<Fields>>
  /** Changes the caption or the app's own fields. @throws post-not-found, not-author, policy-refused, rate-limited */
  edit(viewer: Viewer, id: string, input: EditPostInput<Fields>): Promise<Post<Fields>>
  /** Deletes a post with its likes, saves and media. @throws post-not-found, not-author, rate-limited */
  remove(viewer: Viewer, id: string): Promise<void>
  /** The posts of an account, by its username or id, newest first. @throws account-not-found, invalid-cursor */
  byAuthor(viewer: Viewer | null, name: string, input?: PageInput): Promise<Page<Post<Fields>>>
}

/** Creates the posts of one Kith instance. */
export function createPosts(core: Core): Posts {
  const { storage, clock, emit, rowsOf } = core
  const { posts: inputs } = core.inputs

  async function presentOne(viewer: Viewer | null, record: PostRecord): Promise<Post> {
    const [post] = await core.presentPosts(viewer, [record])
    if (!post) throw new KithError('post-not-found')
    return post
  }

  async function own(viewer: Viewer, id: string): Promise<PostRecord> {
    const post = await findPost(core, id)
    if (post.authorId !== viewer.userId) throw new KithError('not-author')
    return post
  }

  return {
    inputs,
    async create(viewer, input, client = {}) {
      // Counted first: parsing a long text costs work as well.
      await core.limits.byAccount('postByAccount', viewer.userId)
      const given = parseInput(inputs.create, input)
      const changed = await core.askPolicy('post.create', { input: given, viewer, client })
      const {
        caption,
        media,
        fields = {},
      } = changed
        ? parseInput(inputs.create, { ...given, ...unread(given, input), ...changed, media: given.media })
        : given
      const record = {
        id: core.makeId(),
        authorId: viewer.userId,
        caption,
        createdAt: clock(),
        editedAt: null,
        fields: mergeFields({}, fields),
      }
      const told = { userId: viewer.userId, postId: record.id }
      const result = await storage.posts.create(
        record,
        media,
        rowsOf('post.created', () => told, { viewer }),
      )
      if (result.outcome === 'gone') throw new KithError('session-revoked')
      if (result.outcome === 'media-unavailable') {
        const errors = result.ids.map((id): FieldError => ({
          path: `media.${media.findIndex((item) => item.id === id)}`,
          code: 'unavailable',
          message: 'This is not one of your unused uploads',
        }))
        throw new InvalidInputError(errors)
      }
      emit('post.created', told, { viewer })
      return await presentOne(viewer, record)
    },
    get: async (viewer, id) => await presentOne(viewer, await findPost(core, id)),
    async edit(viewer, id, input) {
      await core.limits.byAccount('changeByAccount', viewer.userId)
      const given = parseInput(inputs.edit, input)
      await own(viewer, id)
      const asked = { input: { postId: id, ...given }, viewer, client: {} }
      const changed = await core.askPolicy('post.edit', asked)
      const { postId: _same, ...instead } = changed ?? {}
      const changes = changed
        ? parseInput(inputs.edit, { ...given, ...unread(given, input), ...instead })
        : given
      const told = { userId: viewer.userId, postId: id }
      const rows = rowsOf('post.edited', () => told, { viewer })
      const edited = await storage.posts.edit(id, { ...changes, editedAt: clock() }, rows)
      if (!edited) throw new KithError('post-not-found')
      emit('post.edited', told, { viewer })
      return await presentOne(viewer, edited)
    },
    async remove(viewer, id) {
      await core.limits.byAccount('changeByAccount', viewer.userId)
      await own(viewer, id)
      const media = (await storage.media.bySubjects('post', [id])).map((item) => item.id)
      const told = { userId: viewer.userId, postId: id }
      const rows = rowsOf('post.deleted', () => told, { viewer })
      if (!(await storage.posts.remove(id, rows))) throw new KithError('post-not-found')
      emit('post.deleted', told, { viewer })
      for (const item of media) core.visibleFiles.forget(item)
      core.clearing.post(id)
      await core.releasedMedia.removeOwn(media)
    },
    async byAuthor(viewer, name, input = {}) {
      const { id } = await visibleUser(core, name)
      return await readPage(
        {
          name: `posts-${id}`,
          read: (keyset) => storage.posts.byAuthor(id, keyset),
          present: (rows) => core.presentPosts(viewer, rows),
        },
        parseInput(pageInput, input),
      )
    },
  }
}

/** A live post; whether its author is deleted or banned is up to {@link PresentPosts}. @throws post-not-found */
export async function findPost(core: Core, id: string): Promise<PostRecord> {
  const [post] = await core.storage.posts.byIds([id])
  if (!post) throw new KithError('post-not-found')
  return post
}
