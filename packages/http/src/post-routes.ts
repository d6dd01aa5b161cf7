import type { Kith, Viewer } from '@kith/core'
import { pageInput } from '@kith/core/adapter'
import type { z } from 'zod'
import type { OperationId } from './operation-ids.ts'
import { guestRoute, type Route, viewerRoute } from './route.ts'
import { shapes } from './shapes.ts'

/** The routes of posts, likes, saves and the home feed. */
export function postRoutes({ posts, likes, saves, feed }: Kith): Route[] {
  return [
    viewerRoute({
      method: 'GET',
      path: '/feed',
      operationId: 'getFeed',
      summary: 'Read your home feed: your posts and those of accounts you follow, newest first',
      query: pageInput,
      status: 200,
      output: shapes.PostPage,
      problems: ['invalid-cursor'],
      handle: async (viewer, { query }) => ({ body: await feed.home(viewer, query) }),
    }),
    viewerRoute({
      method: 'POST',
      path: '/posts',
      operationId: 'createPost',
      summary: 'Publish a post with your own uploads',
      body: posts.inputs.create,
      status: 201,
      output: shapes.Post,
      problems: ['policy-refused', 'rate-limited'],
      handle: async (viewer, { body, client }) => ({ body: await posts.create(viewer, body, client) }),
    }),
    guestRoute({
      method: 'GET',
      path: '/posts/:id',
      operationId: 'getPost',
      summary: 'Read a post',
      status: 200,
      output: shapes.Post,
      problems: ['post-not-found'],
      handle: async (viewer, { params }) => ({ body: await posts.get(viewer, params.id) }),
    }),
    viewerRoute({
      method: 'PATCH',
      path: '/posts/:id',
      operationId: 'editPost',
      summary: 'Change the caption of your post',
      body: posts.inputs.edit,
      status: 200,
      output: shapes.Post,
      problems: ['post-not-found', 'not-author', 'policy-refused', 'rate-limited'],
      handle: async (viewer, { params, body }) => ({
        body: await posts.edit(viewer, params.id, body),
      }),
    }),
    viewerRoute({
      method: 'DELETE',
      path: '/posts/:id',
      operationId: 'deletePost',
      summary: 'Delete your post with its media, likes and saves',
      status: 204,
      problems: ['post-not-found', 'not-author', 'rate-limited'],
      async handle(viewer, { params }) {
        await posts.remove(viewer, params.id)
        return {}
      },
    }),
    guestRoute({
      method: 'GET',
      path: '/posts/:id/likes',
      operationId: 'listLikes',
      summary: 'List who likes a post, most recent like first',
      query: pageInput,
      status: 200,
      output: shapes.UserPage,
      problems: ['post-not-found', 'invalid-cursor'],
      handle: async (viewer, { params, query }) => ({
        body: await likes.list(viewer, params.id, query),
      }),
    }),
    toggle({ method: 'PUT', mark: 'like', operationId: 'like', output: shapes.LikeState }, likes.add),
    toggle({ method: 'DELETE', mark: 'like', operationId: 'unlike', output: shapes.LikeState }, likes.remove),
    toggle({ method: 'PUT', mark: 'save', operationId: 'save', output: shapes.SaveState }, saves.add),
    toggle({ method: 'DELETE', mark: 'save', operationId: 'unsave', output: shapes.SaveState }, saves.remove),
  ]
}

interface Toggle {
  method: 'PUT' | 'DELETE'
  mark: 'like' | 'save'
  operationId: OperationId
  output: z.ZodType<object>
}

function toggle(
  { method, mark, operationId, output }: Toggle,
  change: (viewer: Viewer, postId: string) => Promise<object>,
): Route {
  const verb = mark === 'like' ? 'Like' : 'Save'
  return viewerRoute({
    method,
    path: `/posts/:id/${mark}`,
    operationId,
    summary: `${method === 'PUT' ? verb : `Un${verb.toLowerCase()}`} a post (idempotent)`,
    status: 200,
    output,
    problems: ['post-not-found', 'rate-limited'],
    handle: async (viewer, { params }) => ({ body: await change(viewer, params.id) }),
  })
}
