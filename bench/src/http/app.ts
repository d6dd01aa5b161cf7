import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createKith, type Kith, type PageInput, type SignIn, type Viewer } from '@kith/core'
import { kithExpress, viewerOf } from '@kith/express'
import { kithFastify, viewerOf as viewerOfFastify } from '@kith/fastify'
import express, { type Request } from 'express'
import { fastify, type FastifyRequest } from 'fastify'
import { openBenchStorage } from '../bench-storage.ts'

/** The measured apps: one with Kith, and one whose routes are written by hand and call the same services. */
const { storage, place, close } = await openBenchStorage()
const kith = createKith({
  secret: 'uBq3kV8wLx1nZr5tYc7mPd2fGh9jKs4a',
  storage,
  passwords: { memoryKiB: 8, iterations: 1 },
  posts: { textOnly: true },
  limits: Object.fromEntries(
    ['changeByAccount', 'postByAccount', 'registerByAddress'].map((name) => [name, []]),
  ),
  logger: { warn() {}, error() {} },
})

const likes = 5_000
const { tokens, reader, postIds } = await fill(kith)
const ports = process.argv[2] === 'fastify' ? await openFastify() : await openExpress()
process.send?.({ ...ports, place, accessToken: tokens.accessToken, postIds })
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.(user + system)
})
process.once('disconnect', () => void close().finally(() => process.exit()))

/** The URLs of an app with Kith, of one written by hand, and of one whose own route has no guard. */
interface Ports {
  kith: number
  twin: number
  open: number
}

/** An account that follows 30 people, each of whom has written posts, and a post for each like. */
async function fill({
  accounts,
  follows,
  posts,
}: Kith): Promise<{ tokens: SignIn['tokens']; reader: string; postIds: string[] }> {
  const password = 'a rather strange phrase 77'
  const reader = await accounts.register({ username: 'reader', password })
  const viewer = (signIn: SignIn): Viewer => ({ userId: signIn.user.id, sessionId: signIn.session.id })
  const ids: string[] = []
  for (let index = 0; index < 30; index++) {
    const author = await accounts.register({ username: `author${index}`, password })
    await follows.add(viewer(reader), `author${index}`)
    for (let count = 0; count < likes / 30; count++)
      ids.push((await posts.create(viewer(author), { caption: `Post ${count} of author ${index}` })).id)
  }
  return { tokens: reader.tokens, reader: reader.user.id, postIds: ids }
}

async function openExpress(): Promise<Ports> {
  const { routes, requireViewer } = kithExpress(kith)
  const app = express()
  app.use(routes)
  // In a separate app, because Express checks its routes one after the other.
  const open = express()
  open.use(routes)
  open.get('/own', (_request, response) => void response.json({ userId: reader }))
  app.get(
    '/own',
    requireViewer,
    (request, response) => void response.json({ userId: viewerOf(request).userId }),
  )

  const twin = express()
  const viewer = ({ headers }: Request): Promise<Viewer> =>
    kith.sessions.authenticate(bearer(headers.authorization))
  twin.get('/api/v1/users/me', async (request, response) => {
    response.json(await kith.accounts.me(await viewer(request)))
  })
  twin.get('/api/v1/feed', async (request, response) => {
    response.json(await kith.feed.home(await viewer(request), request.query as PageInput))
  })
  twin.put('/api/v1/posts/:id/like', async (request, response) => {
    response.json(await kith.likes.add(await viewer(request), request.params.id))
  })
  const servers = [app, twin, open].map((each) => each.listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const [own = 0, other = 0, bare = 0] = servers.map((server) => (server.address() as AddressInfo).port)
  return { kith: own, twin: other, open: bare }
}

async function openFastify(): Promise<Ports> {
  const app = fastify()
  await app.register(kithFastify, { kith })
  const open = fastify()
  await open.register(kithFastify, { kith })
  open.get('/own', async () => ({ userId: reader }))
  app.get('/own', { preHandler: app.requireViewer }, async (request) => ({
    userId: viewerOfFastify(request).userId,
  }))

  const twin = fastify()
  const viewer = ({ headers }: FastifyRequest): Promise<Viewer> =>
    kith.sessions.authenticate(bearer(headers.authorization))
  twin.get('/api/v1/users/me', async (request) => kith.accounts.me(await viewer(request)))
  twin.get<{ Querystring: PageInput }>('/api/v1/feed', async (request) =>
    kith.feed.home(await viewer(request), request.query),
  )
  twin.put<{ Params: { id: string } }>('/api/v1/posts/:id/like', async (request) =>
    kith.likes.add(await viewer(request), request.params.id),
  )
  const apps = [app, twin, open]
  for (const each of apps) await each.listen({ port: 0, host: '127.0.0.1' })
  const [own = 0, other = 0, bare = 0] = apps.map(({ server }) => (server.address() as AddressInfo).port)
  return { kith: own, twin: other, open: bare }
}

function bearer(header = ''): string {
  return header.slice('Bearer '.length)
}
