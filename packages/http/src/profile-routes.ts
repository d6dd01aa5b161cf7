import type { Kith, Viewer } from '@kith/core'
import { pageInput, parseInput } from '@kith/core/adapter'
import * as z from 'zod'
import { guestRoute, type Route, viewerRoute } from './route.ts'
import { shapes } from './shapes.ts'

const imageInput: z.ZodType<{ media: string }> = z.strictObject({ media: z.string().max(100) })

/** The routes of profiles: reading them, following, and the viewer's own pictures. */
export function profileRoutes({ profiles, follows, posts, saves, uploads, accounts, config }: Kith): Route[] {
  return [
    ...(['avatar', 'cover'] as const).flatMap((use) => pictureRoutes(use)),
    viewerRoute({
      method: 'GET',
      path: '/users/me/saved',
      operationId: 'listSaved',
      summary: 'List the posts you saved, most recently saved first',
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
      summary: 'Export everything you own, as lines of JSON',
      status: 200,
      produces: ['application/jsonl'],
      problems: ['impersonated', 'proof-required', 'rate-limited', 'busy'],
      handle: async (viewer) => ({
        stream: await startLines(accounts.export(viewer)),
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
      handle: async (viewer, { params }) => ({ body: await profiles.get(viewer, params.username) }),
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
        body: await posts.byAuthor(viewer, params.username, query),
      }),
    }),
    ...(['followers', 'following'] as const).map((list) =>
      guestRoute({
        method: 'GET',
        path: `/users/:username/${list}`,
        operationId: list === 'followers' ? 'listFollowers' : 'listFollowing',
        summary:
          list === 'followers'
            ? 'List the followers of an account'
            : 'List the accounts that an account follows',
        query: pageInput,
        status: 200,
        output: shapes.UserPage,
        problems: ['account-not-found', 'invalid-cursor'],
        handle: async (viewer, { params, query }) => ({
          body: await follows[list](viewer, params.username, query),
        }),
      }),
    ),
    followRoute('PUT', 'follow', (viewer, username, client) => follows.add(viewer, username, client)),
    followRoute('DELETE', 'unfollow', (viewer, username) => follows.remove(viewer, username)),
  ]

  function followRoute(
    method: 'PUT' | 'DELETE',
    operationId: 'follow' | 'unfollow',
    change: (...given: Parameters<typeof follows.add>) => ReturnType<typeof follows.add>,
  ): Route {
    return viewerRoute({
      method,
      path: '/users/:username/follow',
      operationId,
      summary:
        operationId === 'follow' ? 'Follow an account (idempotent)' : 'Unfollow an account (idempotent)',
      status: 200,
      output: shapes.FollowState,
      problems:
        operationId === 'follow'
          ? ['account-not-found', 'self-follow', 'policy-refused', 'rate-limited']
          : ['account-not-found', 'rate-limited'],
      handle: async (viewer, { params, client }) => ({ body: await change(viewer, params.username, client) }),
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
        isConfigured: config.media.blobs !== null,
        problems: ['media-not-found', 'rate-limited'],
        async handle(viewer, { body }) {
          await uploads.use(viewer, parseInput(imageInput, body).media, use)
          return { body: await accounts.me(viewer) }
        },
      }),
      viewerRoute({
        method: 'DELETE',
        path: `/users/me/${use}`,
        operationId: `clear${name}`,
        summary: `Remove your ${use} (idempotent)`,
        status: 200,
        output: shapes.OwnUser,
        problems: ['rate-limited'],
        async handle(viewer) {
          await uploads.clear(viewer, use)
          return { body: await accounts.me(viewer) }
        },
      }),
    ]
  }
}

/** Waits for the first line, so that a refused export is a problem and not a truncated response. */
async function startLines(lines: AsyncIterable<string>): Promise<AsyncIterable<Uint8Array>> {
  const iterator = lines[Symbol.asyncIterator]()
  const first = await iterator.next()
  return encodeLines(first, iterator)
}

/** Lines are sent in chunks: each chunk costs more than the lines in it. */
const chunkLength = 16_384

async function* encodeLines(
  first: IteratorResult<string>,
  rest: AsyncIterator<string>,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  try {
    let held = ''
    for (let { done, value } = first; !done; { done, value } = await rest.next()) {
      held += value
      if (held.length < chunkLength) continue
      yield encoder.encode(held)
      held = ''
    }
    if (held !== '') yield encoder.encode(held)
  } finally {
    await rest.return?.()
  }
}
