import { setImmediate as afterOthers } from 'node:timers/promises'
import { createKith, type Kith, type Viewer } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { expect, onTestFinished, test, vi } from 'vitest'
import { sampleUser } from '../../../test/kit-samples.ts'
import { codeOf, createInstance } from './instance.ts'

async function society(count: number, followers: number) {
  const storage = createMemoryStorage()
  const instance = createInstance({ storage, sessions: { freshFor: '1d' } })
  for (let from = 0; from < followers; from++)
    await storage.users.create(sampleUser({ id: `from-${from}`, bannedAt: null }))
  const viewers: Viewer[] = []
  for (let index = 0; index < count; index++) {
    const input = { username: `user${index}`, password: 'correct horse' }
    const { user, session } = await instance.kith.accounts.register(input)
    viewers.push({ userId: user.id, sessionId: session.id })
    for (let from = 0; from < followers; from++) {
      const edge = { kind: 'follow', from: `from-${from}`, to: user.id } as const
      await storage.edges.add({ id: `${String(from).padStart(6, '0')}-${index}`, ...edge })
    }
  }
  return { ...instance, storage, viewers }
}

async function linesOf(kith: Kith, viewer: Viewer): Promise<number> {
  let count = 0
  for await (const _line of kith.accounts.export(viewer)) count++
  return count
}

test('an account can export five times an hour, one at a time, and a reader that leaves frees its place', async () => {
  const { kith, viewers, advance } = await society(2, 10)
  const [ana, ben] = viewers as [Viewer, Viewer]
  const open = kith.accounts.export(ana)[Symbol.asyncIterator]()
  await open.next()
  const refused: unknown[] = []
  kith.events.on('work.refused', ({ at: _, ...event }) => void refused.push(event))
  const busy = { code: 'busy', retryAfterSeconds: 60, refusedBy: 'exports' }
  await expect(linesOf(kith, ana)).rejects.toMatchObject(busy)
  expect(refused).toEqual([{ work: 'exports', userId: ana.userId, network: null }])
  expect(await linesOf(kith, ben)).toBe(12)
  await open.return?.()
  for (let index = 0; index < 3; index++) expect(await linesOf(kith, ana)).toBe(12)
  expect(await codeOf(linesOf(kith, ana))).toBe('rate-limited')
  advance(3_600)
  expect(await linesOf(kith, ana)).toBe(12)
})

test('two pages are read concurrently, and 15 exports take turns', async () => {
  const { options, storage, viewers } = await society(15, 405)
  let [running, most] = [0, 0]
  const turns: string[] = []
  const kith = createKith({
    ...options,
    storage: {
      ...storage,
      edges: {
        ...storage.edges,
        async list(side, keyset) {
          most = Math.max(most, ++running)
          if (side.kind === 'follow' && side.side === 'in') turns.push(side.node)
          await afterOthers()
          running--
          return await storage.edges.list(side, keyset)
        },
      },
    },
  })
  const counts = await Promise.all(viewers.map((viewer) => linesOf(kith, viewer)))
  expect(new Set(counts)).toEqual(new Set([407]))
  expect(most).toBe(2)
  // No export reads its third page before the others have read their first.
  const third = turns.findIndex(
    (node, index) => turns.slice(0, index).filter((one) => one === node).length === 2,
  )
  expect(new Set(turns.slice(0, third)).size).toBeGreaterThanOrEqual(13)
})

test('an export yields to the event loop between its pages', async () => {
  const { kith, viewers } = await society(1, 1_000)
  let turns = 0
  let running = true
  const others = (async () => {
    while (running) {
      await afterOthers()
      turns++
    }
  })()
  await linesOf(kith, viewers[0] as Viewer)
  running = false
  await others
  // 1,000 followers are five pages, and each other list is one page.
  expect(turns).toBeGreaterThanOrEqual(11)
})

test('an export that fails halfway rejects for its reader, who logs it, and counts toward the limit', async () => {
  const { options, storage, viewers, logged } = await society(1, 10)
  const broken = createKith({
    ...options,
    storage: { ...storage, edges: { ...storage.edges, list: () => Promise.reject(new Error('gone')) } },
  })
  const viewer = viewers[0] as Viewer
  await expect(linesOf(broken, viewer)).rejects.toThrow('gone')
  expect(await codeOf(linesOf(broken, broken.viewerOf('nobody')))).toBe('unauthenticated')
  for (let index = 0; index < 5; index++) await codeOf(linesOf(broken, viewer))
  expect(await codeOf(linesOf(broken, viewer))).toBe('rate-limited')
  // Over HTTP, this becomes the single line `the response was cut off`.
  expect(logged).toEqual([])
})

test('unread exports block others for at most a minute, and then end', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const { kith, viewers } = await society(101, 1)
  vi.advanceTimersByTime(120_000)
  const stalled = viewers.slice(0, 100).map((viewer) => kith.accounts.export(viewer)[Symbol.asyncIterator]())
  for (const each of stalled) await each.next()
  const last = viewers[100] as Viewer
  expect(await codeOf(linesOf(kith, last))).toBe('busy')
  vi.advanceTimersByTime(60_000)
  expect(await codeOf(linesOf(kith, last))).toBe('busy')
  vi.advanceTimersByTime(1)
  expect(await linesOf(kith, last)).toBe(3)
  expect(await codeOf(stalled[0]?.next() ?? Promise.resolve())).toBe('busy')
  expect(await linesOf(kith, viewers[0] as Viewer)).toBe(3)
  // The end of a replaced export leaves its successor in place.
  const successor = kith.accounts.export(viewers[1] as Viewer)[Symbol.asyncIterator]()
  await successor.next()
  expect(await codeOf(stalled[1]?.next() ?? Promise.resolve())).toBe('busy')
  expect(await codeOf(linesOf(kith, viewers[1] as Viewer))).toBe('busy')
  expect((await successor.next()).done).toBe(false)
})

test('an export during which its account is banned has no posts, and still one object for each line', async () => {
  const { kith } = createInstance({ posts: { textOnly: true } })
  const { user, session } = await kith.accounts.register({ username: 'ana', password: 'correct horse' })
  const viewer = { userId: user.id, sessionId: session.id }
  await kith.posts.create(viewer, { caption: 'hello' })
  const types = async (banned: boolean): Promise<unknown[]> => {
    const found: unknown[] = []
    for await (const line of kith.accounts.export(viewer)) {
      found.push((JSON.parse(line) as { type: unknown }).type)
      if (banned && found.length === 1) await kith.accounts.ban(user.id)
    }
    return found
  }
  expect(await types(false)).toEqual(['account', 'session', 'post'])
  expect(await types(true)).toEqual(['account'])
})
