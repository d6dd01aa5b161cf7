import { type Kith, pageInput, type Viewer } from '@kith/core'
import { z } from 'zod'
import { guestRoute, type Route, viewerRoute } from './route.ts'
import { socialShapes as shapes } from './social-shapes.ts'

const imageInput: z.ZodType<{ media: string }> = z.strictObject({ media: z.string().max(100) })

/** The routes of profiles: reading them, following, and one's own pictures. */
export function profileRoutes({ profiles, follows, posts, saves, uploads, accounts }: Kith): Route[] {
  return [
    ...(['avatar', 'cover'] as const).flatMap((use) => pictureRoutes(use)),
    viewerRoute({
      method: 'GET',
      path: '/users/me/saved',
      operationId: 'listSaved',
      summary: 'List the posts you saved, the newest save first',
      query: pageInput,
      status: 200,
      output: shapes.PostPage,
      problems: ['invalid-cursor'],
      handle: async (viewer, { query }) => ({ body: await saves.list(viewer, query) }),
    }),
    viewerRoute({
      method: 'GET',
      path: '/users/me/export',
      operationId: 'exportMe',
      summary: 'Everything you own, as lines of JSON',
      status: 200,
      produces: ['application/jsonl'],
      handle: async (viewer) => ({
        stream: encodeLines(accounts.export(viewer)),
        headers: {
          'content-type': 'application/jsonl; charset=utf-8',
          'content-disposition': 'attachment; filename="export.jsonl"',
        },
      }),
    }),
    guestRoute({
      method: 'GET',
      path: '/users/:username',
      operationId: 'getUser',
      summary: 'Read a profile',
      status: 200,
      output: shapes.User,
      problems: ['account-not-found'],
      handle: async (viewer, { params }) => ({ body: await profiles.get(viewer, params['username'] ?? '') }),
    }),
    guestRoute({
      method: 'GET',
      path: '/users/:username/posts',
      operationId: 'listUserPosts',
      summary: 'List the posts of an account, newest first',
      query: pageInput,
      status: 200,
      output: shapes.PostPage,
      problems: ['account-not-found', 'invalid-cursor'],
      handle: async (viewer, { params, query }) => ({
        body: await posts.byAuthor(viewer, params['username'] ?? '', query),
      }),
    }),
    ...(['followers', 'following'] as const).map((list) =>
      guestRoute({
        method: 'GET',
        path: `/users/:username/${list}`,
        operationId: list === 'followers' ? 'listFollowers' : 'listFollowing',
        summary: list === 'followers' ? 'List who follows an account' : 'List whom an account follows',
        query: pageInput,
        status: 200,
        output: shapes.UserPage,
        problems: ['account-not-found', 'invalid-cursor'],
        handle: async (viewer, { params, query }) => ({
          body: await follows[list](viewer, params['username'] ?? '', query),
        }),
      }),
    ),
    followRoute('PUT', 'follow', (viewer, username) => follows.add(viewer, username)),
    followRoute('DELETE', 'unfollow', (viewer, username) => follows.remove(viewer, username)),
  ]

  function followRoute(
    method: 'PUT' | 'DELETE',
    operationId: 'follow' | 'unfollow',
    change: (viewer: Viewer, username: string) => ReturnType<typeof follows.add>,
  ): Route {
    return viewerRoute({
      method,
      path: '/users/:username/follow',
      operationId,
      summary:
        operationId === 'follow'
          ? 'Follow an account; again does nothing'
          : 'Stop following; again does nothing',
      status: 200,
      output: shapes.FollowState,
      problems: operationId === 'follow' ? ['account-not-found', 'self-follow'] : ['account-not-found'],
      handle: async (viewer, { params }) => ({ body: await change(viewer, params['username'] ?? '') }),
    })
  }

  function pictureRoutes(use: 'avatar' | 'cover'): Route[] {
    const name = use === 'avatar' ? 'Avatar' : 'Cover'
    return [
      viewerRoute({
        method: 'PUT',
        path: `/users/me/${use}`,
        operationId: `set${name}`,
        summary: `Make an unused image upload your ${use}`,
        body: imageInput,
        status: 200,
        output: shapes.OwnUser,
        problems: ['media-not-found', 'not-configured'],
        async handle(viewer, { body }) {
          await uploads.use(viewer, body.media, use)
          return { body: await accounts.me(viewer) }
        },
      }),
      viewerRoute({
        method: 'DELETE',
        path: `/users/me/${use}`,
        operationId: `clear${name}`,
        summary: `Remove your ${use}; again does nothing`,
        status: 200,
        output: shapes.OwnUser,
        async handle(viewer) {
          await uploads.clear(viewer, use)
          return { body: await accounts.me(viewer) }
        },
      }),
    ]
  }
}

async function* encodeLines(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  for await (const line of lines) yield encoder.encode(line)
}
