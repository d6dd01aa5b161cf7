import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as Core from '@kith/core'
import type * as Memory from '@kith/core/memory'
import type { VideoProcessor } from '@kith/core/ports'
import type * as Express from '@kith/express'
import type * as Fastify from '@kith/fastify'
import type * as Http from '@kith/http'
import type * as Sqlite from '@kith/storage-sqlite'
import express from 'express'
import { fastify } from 'fastify'

/**
 * One side of the comparison of costs: the Kith of the checkout in the first argument, on an SQLite file. Controlled by messages, it
 * makes calls and reports their CPU time, and the total of this process.
 */
const [root = ''] = process.argv.slice(2)
const load = async (path: string): Promise<unknown> =>
  await import(pathToFileURL(join(root, 'packages', path)).href)
const { createKith } = (await load('core/src/index.ts')) as typeof Core
const { createMemoryBlobs } = (await load('core/src/memory/index.ts')) as typeof Memory
const { createSqliteStorage } = (await load('storage-sqlite/src/index.ts')) as typeof Sqlite
const { createKithHttp } = (await load('http/src/index.ts')) as typeof Http
const { kithExpress } = (await load('express/src/index.ts')) as typeof Express
const { kithFastify } = (await load('fastify/src/index.ts')) as typeof Fastify

const people = 300
const posts = 150
const password = 'a rather strange phrase 77'
const unlimited = [
  'changeByAccount',
  'loginByAddress',
  'loginByAccount',
  'loginByDevice',
  'postByAccount',
] as const
const more = ['refreshByAddress', 'refreshBySession', 'registerByAddress', 'uploadByAccount'] as const
const folder = mkdtempSync(join(tmpdir(), 'kith-cost-'))
const storage = createSqliteStorage({ path: join(folder, 'app.db') })
await storage.migrate()
const kith = createKith({
  secret: 'uBq3kV8wLx1nZr5tYc7mPd2fGh9jKs4a',
  storage,
  passwords: { memoryKiB: 8, iterations: 1 },
  posts: { textOnly: true },
  limits: Object.fromEntries([...unlimited, ...more].map((name) => [name, []])),
  // Files are read and discarded: only the way to them is measured.
  media: { blobs: dropping(createMemoryBlobs()), videos: trusting() },
  logger: { warn() {}, error() {} },
})

function dropping(blobs: ReturnType<typeof createMemoryBlobs>): ReturnType<typeof createMemoryBlobs> {
  return { ...blobs, put: async () => {} }
}

function trusting(): VideoProcessor {
  return {
    inspect: async () => ({ width: 320, height: 240, durationSeconds: 1 }),
    strip: async (_path, target) => writeFileSync(target, 'stripped'),
  }
}

const viewers: Core.Viewer[] = []
let tokens: Core.SignIn['tokens'] | undefined
for (let index = 0; index < people; index++) {
  const signIn = await kith.accounts.register({ username: `person${index}`, password })
  viewers.push({ userId: signIn.user.id, sessionId: signIn.session.id })
  tokens ??= signIn.tokens
}
const [viewer] = viewers
if (!viewer || !tokens) throw new Error('nobody is there')
const authorization = `Bearer ${tokens.accessToken}`
let { refreshToken } = tokens
for (let index = 1; index <= 30; index++) await kith.follows.add(viewer, `person${index}`)
const postIds: string[] = []
for (let index = 0; index < posts; index++) {
  const author = viewers[(index % 30) + 1] ?? viewer
  postIds.push((await kith.posts.create(author, { caption: `Post ${index}` })).id)
}

const http = createKithHttp(kith)
const head = { method: 'GET', headers: new Headers({ authorization }) }
async function ask(path: string): Promise<void> {
  const response = await http.handle(
    new Request(`http://localhost/api/v1${path}`, { headers: { authorization } }),
  )
  if (response.status !== 200) throw new Error(await response.text())
  await response.text()
}
/** Each pair of people once, without pairs of the same person and those above. */
let pair = 40
function nextPair(): { from: Core.Viewer; to: number } {
  const [from, distance] = [pair % people, 40 + Math.floor(pair / people)]
  pair++
  return { from: viewers[from] ?? fail(), to: (from + distance) % people }
}
let like = 0
function nextLike(): { from: Core.Viewer; post: string } {
  const [from, post] = [Math.floor(like / posts), like % posts]
  like++
  return { from: viewers[from] ?? fail(), post: postIds[post] ?? fail() }
}
function fail(): never {
  throw new Error('there are no more of these')
}

const calls: Readonly<Record<string, () => Promise<unknown>>> = {
  'handle: GET /users/me': () => ask('/users/me'),
  'handle: GET /feed': () => ask('/feed'),
  'guard: requireViewer': () => http.requireViewer(head),
  'sessions.authenticate': () => kith.sessions.authenticate(tokens.accessToken),
  'sessions.refresh': async () => {
    ;({ refreshToken } = (await kith.sessions.refresh(refreshToken, { address: '192.0.2.1' })).tokens)
  },
  'sessions.login': () => kith.sessions.login({ login: 'person7', password }, { address: '192.0.2.1' }),
  'likes.add': () => {
    const { from, post } = nextLike()
    return kith.likes.add(from, post)
  },
  'follows.add': () => {
    const { from, to } = nextPair()
    return kith.follows.add(from, `person${to}`)
  },
  'posts.create': () => kith.posts.create(viewer, { caption: 'What is new' }),
  'feed.home': () => kith.feed.home(viewer),
}

const cookies = { secure: false }
const expressKith = kithExpress(kith, { cookies, uploads: { perAccount: 20 } })
const expressApp = express()
expressApp.use(expressKith.routes)
expressApp.get('/own', expressKith.requireViewer, (_request, response) => void response.json({ ok: true }))
const expressServer = expressApp.listen(0, '127.0.0.1')
await once(expressServer, 'listening')
const fastifyApp = fastify()
await fastifyApp.register(kithFastify, { kith, cookies })
fastifyApp.get('/own', { preHandler: fastifyApp.requireViewer }, async () => ({ ok: true }))
await fastifyApp.listen({ port: 0, host: '127.0.0.1' })
const portOf = (address: AddressInfo | string | null): number => (address as AddressInfo).port
const ports = { express: portOf(expressServer.address()), fastify: portOf(fastifyApp.server.address()) }

function cpuMicros(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** Makes a call as often as requested; returns microseconds of CPU time for each. Without a name, the total so far. */
async function measure({ name, times }: { name: string | null; times: number }): Promise<number> {
  const start = cpuMicros()
  const call = name === null ? null : (calls[name] ?? fail())
  if (!call) return start
  for (let time = 0; time < times; time++) await call()
  return (cpuMicros() - start) / times
}

process.on('message', (asked: { name: string | null; times: number }) => {
  void measure(asked).then((micros) => process.send?.(micros))
})
process.on('disconnect', () => {
  rmSync(folder, { recursive: true, force: true })
  process.exit()
})
process.send?.({ ports, authorization })
