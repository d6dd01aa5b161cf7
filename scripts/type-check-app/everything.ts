import { isInvalidInput, isKithError, type Post, type User } from '@kith/core'
import { kithExpress, viewerOf as expressViewer } from '@kith/express'
import { kithFastify, viewerOf as fastifyViewer } from '@kith/fastify'
import { createKithHttp } from '@kith/http'
import express from 'express'
import fastify from 'fastify'
import { kith } from './kith.ts'

const { routes, requireViewer, requireRole, readViewer, signIn, problems } = kithExpress(kith, {
  allowedOrigins: ['https://app.example'],
  onRequest: (record) => console.log(record.status),
})
const app = express()
app.use(routes)
app.get('/mine', requireViewer, async (request, response) => {
  const viewer = expressViewer(request)
  const [me, feed, sessions, saved] = await Promise.all([
    kith.accounts.me(viewer),
    kith.feed.home(viewer, { limit: 50 }),
    kith.sessions.list(viewer),
    kith.saves.list(viewer),
  ])
  response.json({ email: me.email, posts: feed.items.map(titleOf), sessions, saved: saved.nextCursor })
})
app.get('/people/:name', readViewer, async (request, response) => {
  const name = String(request.params['name'])
  const viewer = request.viewer ?? null
  const user = await kith.profiles.get(viewer, name)
  const [followers, following, posts] = await Promise.all([
    kith.follows.followers(viewer, name),
    kith.follows.following(viewer, name),
    kith.posts.byAuthor(viewer, name),
  ])
  response.json({ label: labelOf(user), followers: followers.items.map(labelOf), following, posts })
})
app.post('/join', async (request, response) => {
  const answer = await signIn({ request, response }, (client) =>
    kith.accounts.register(request.body as never, client),
  )
  response.json(answer)
})
app.get('/desk', requireRole('admin'), (_request, response) => void response.json(kith.config.limits))
app.use(problems)

const server = fastify()
await server.register(kithFastify, { kith, allowedOrigins: [] })
server.post('/posts/:id/love', { preHandler: server.requireViewer }, async (request) => {
  const viewer = fastifyViewer(request)
  const { id } = request.params as { id: string }
  const { likes } = await kith.likes.add(viewer, id)
  await kith.saves.add(viewer, id)
  const post = await kith.posts.edit(viewer, id, { caption: 'loved' })
  return { likes, title: titleOf(post), likers: (await kith.likes.list(viewer, id)).items.map(labelOf) }
})

const http = createKithHttp(kith)
export const handle = (request: Request): Promise<Response> => http.handle(request)

kith.events.on('follow.added', ({ userId, followedId }) => console.log(userId, followedId))
kith.events.on('account.edited', ({ fields }) => console.log(fields))

export async function seed(): Promise<void> {
  try {
    const { user, session } = await kith.accounts.register({ username: 'ada', password: 'correct horse' })
    const viewer = { userId: user.id, sessionId: session.id }
    const post = await kith.posts.create(viewer, { caption: `hello from ${user.name}` })
    const { user: edited, signIn: renewed } = await kith.accounts.edit(viewer, { bio: titleOf(post) })
    await kith.sessions.login({ login: 'ada', password: 'correct horse' })
    await kith.accounts.import({ username: 'bob', passwordHash: null })
    console.log(edited.emailVerified, renewed?.tokens.accessToken, await kith.accounts.find('bob'))
    for await (const line of kith.accounts.export(viewer)) console.log(line)
    await kith.accounts.delete(viewer, { password: 'correct horse' })
  } catch (error) {
    if (isInvalidInput(error)) for (const { path, code } of error.errors) console.log(path, code)
    else if (isKithError(error)) console.log(error.code)
    else throw error
  }
}

export async function keepTidy(): Promise<void> {
  const report = await kith.upkeep.run()
  console.log(report, kith.health(), await kith.ready())
}

function titleOf({ caption, author, counts }: Post): string {
  return `${caption} by ${author.name} (${counts.likes})`
}

function labelOf({ name, username, counts }: User): string {
  return `${name} @${username ?? ''}: ${counts.followers}`
}
