import { setImmediate as afterOthers } from 'node:timers/promises'
import { ownAuditEntry } from '../audit/audit-entries.ts'
import type { Core } from '../core.ts'
import { KithError, RefusedError } from '../errors.ts'
import { createFairQueue, type FairQueue } from '../fair-queue.ts'
import type { EdgeKind, EdgeSide } from '../graph/edge-store.ts'
import { presentUploads } from '../media/upload-shape.ts'
import type { Keyset } from '../page.ts'
import { demandOwner } from '../sessions/actor.ts'
import { demandFresh } from '../sessions/freshness.ts'
import { toSession } from '../sessions/session.ts'
import type { Viewer } from '../viewer.ts'

/** Small enough that reading a page does not hold up other work. */
const pageSize = 200
/** How many pages are read at the same time, across all exports of this process. */
const pagesAtOnce = 2
/** How many exports are open at the same time. */
const mostOpen = 100
/** An export that was not read for this long can be replaced by another. */
const idleMillis = 60_000

/** Everything that an account owns, as lines of JSON. */
export type ExportAccount = (viewer: Viewer) => AsyncGenerator<string>

/** Creates the exports of one Kith instance: one at a time per account, in pages that take turns. */
export function createExports(core: Core): ExportAccount {
  const open = new Map<string, { readAt: number }>()
  const inTurn = createFairQueue({ concurrency: pagesAtOnce, maxWaiting: mostOpen, work: 'exports' })

  function refused(userId: string): RefusedError {
    core.emit('work.refused', { work: 'exports', userId, network: null })
    return new RefusedError('busy', idleMillis / 1000, 'exports')
  }

  function enter(userId: string): { readAt: number } {
    const now = performance.now()
    for (const [other, { readAt }] of open) if (now - readAt > idleMillis) open.delete(other)
    if (open.has(userId) || open.size >= mostOpen) throw refused(userId)
    const own = { readAt: now }
    open.set(userId, own)
    return own
  }

  return async function* (viewer) {
    const { userId } = viewer
    await demandOwner(core, viewer)
    await core.limits.byAccount('exportByAccount', userId)
    await demandFresh(core, viewer, core.config.sessions.freshForSeconds)
    const own = enter(userId)
    try {
      for await (const text of linesOf(core, viewer, inTurn)) {
        yield text
        if (open.get(userId) !== own) throw refused(userId)
        own.readAt = performance.now()
      }
    } finally {
      if (open.get(userId) === own) open.delete(userId)
    }
  }
}

/** Media are listed where they are used; uploads are the unused ones. */
async function* linesOf(core: Core, viewer: Viewer, inTurn: FairQueue): AsyncGenerator<string> {
  const { config, storage, presentUsers, presentPosts, clock } = core
  const user = await storage.users.byId(viewer.userId)
  if (!user) throw new KithError('unauthenticated')
  yield line('account', await presentUsers.presentOwn(user))

  /** Reads page by page, each in its turn and after other pending work of the event loop. */
  async function* pages<Row extends { id: string }, Item>(
    read: (keyset: Keyset) => Promise<Row[]>,
    present: (rows: Row[]) => Item[] | Promise<Item[]>,
  ): AsyncGenerator<Item> {
    let before: string | null = null
    for (;;) {
      const page: { rows: Row[]; items: Item[] } = await inTurn({ key: viewer.userId }, async () => {
        await afterOthers()
        const rows = await read({ limit: pageSize, before })
        return { rows, items: await present(rows) }
      })
      yield* page.items
      before = page.rows.at(-1)?.id ?? null
      if (page.rows.length < pageSize) return
    }
  }

  yield* pages(
    (keyset) => storage.sessions.list(user.id, clock(), keyset),
    (sessions) =>
      sessions.map((session) => {
        const { current: _current, expiresAt: _expiresAt, ...shown } = toSession(session, null)
        return line('session', shown)
      }),
  )
  yield* pages(
    (keyset) => storage.posts.byAuthor(user.id, keyset),
    async (records) => {
      const posts = await presentPosts(viewer, records)
      return posts.flatMap((post) => (post ? [line('post', post)] : []))
    },
  )
  yield* pages(
    (keyset) => storage.media.byOwner(user.id, keyset),
    (media) => presentUploads(core, media).map((upload) => line('upload', upload)),
  )
  if (config.audit)
    yield* pages(
      (keyset) => storage.audit.list(user.id, keyset),
      (rows) => rows.map((row) => line('audit', ownAuditEntry(row))),
    )
  const lists: [string, EdgeKind, EdgeSide['side']][] = [
    ['like', 'like', 'out'],
    ['save', 'save', 'out'],
    ['following', 'follow', 'out'],
    ['follower', 'follow', 'in'],
  ]
  for (const [type, kind, side] of lists) {
    yield* pages(
      (keyset) => storage.edges.list({ kind, side, node: user.id }, keyset),
      (edges) => edges.map((edge) => line(type, { id: side === 'out' ? edge.to : edge.from })),
    )
  }
}

function line(type: string, value: object): string {
  return `${JSON.stringify({ type, ...value })}\n`
}
