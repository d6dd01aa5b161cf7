import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import type { EdgeKind, EdgeSide } from '../graph/edge-store.ts'
import { presentUploads } from '../media/upload.ts'
import type { Keyset } from '../page.ts'
import type { Viewer } from '../viewer.ts'

const batch = 500

/** Everything an account owns, as lines of JSON. Media stand where they are used; uploads are those that wait for it. */
export async function* exportAccount(core: Core, viewer: Viewer): AsyncGenerator<string> {
  const { storage, people, presentPosts, clock } = core
  const user = await storage.users.byId(viewer.userId)
  if (!user) throw new KithError('unauthenticated')
  yield line('account', await people.presentOwn(user))

  for await (const sessions of pages((keyset) => storage.sessions.list(user.id, clock(), keyset))) {
    for (const { id, deviceName, address, userAgent, createdAt, rotatedAt } of sessions) {
      yield line('session', { id, deviceName, address, userAgent, createdAt, lastUsedAt: rotatedAt })
    }
  }
  for await (const records of pages((keyset) => storage.posts.byAuthor(user.id, keyset))) {
    for (const post of await presentPosts(viewer, records)) if (post) yield line('post', post)
  }
  for await (const media of pages((keyset) => storage.media.byOwner(user.id, keyset))) {
    for (const upload of presentUploads(core, media)) yield line('upload', upload)
  }
  const lists: [string, EdgeKind, EdgeSide['side']][] = [
    ['like', 'like', 'out'],
    ['save', 'save', 'out'],
    ['following', 'follow', 'out'],
    ['follower', 'follow', 'in'],
  ]
  for (const [type, kind, side] of lists) {
    for await (const edges of pages((keyset) => storage.edges.list({ kind, side, node: user.id }, keyset))) {
      for (const edge of edges) yield line(type, { id: side === 'out' ? edge.to : edge.from })
    }
  }
}

function line(type: string, value: object): string {
  return `${JSON.stringify({ type, ...value })}\n`
}

async function* pages<Row extends { id: string }>(
  read: (keyset: Keyset) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  let before: string | null = null
  for (;;) {
    const rows: Row[] = await read({ limit: batch, before })
    yield rows
    before = rows.at(-1)?.id ?? null
    if (rows.length < batch) return
  }
}
