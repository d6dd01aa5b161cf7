import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { createKith, type OutboxEvent } from '@kith/core'
import type { EdgeKind, Storage } from '@kith/core/ports'
import { expect } from 'vitest'

const everything = { limit: 100_000, before: null }

/** The lines that a worker prints. */
interface Told {
  did: object[]
  got: OutboxEvent[]
}

/** Where workers run and are killed. */
export interface KilledWorkers {
  rounds: number
  /** Starts a process that calls `liveUntilKilled`. */
  start(round: string): ChildProcess
  /** The storage of the workers, opened in this process. */
  open(): Storage
}

/**
 * Asserts that, with workers that are killed at any moment, every acknowledged change is delivered, in order for its account, and
 * nothing that did not happen.
 */
export async function demandAllHandedOver({ rounds, start, open }: KilledWorkers): Promise<void> {
  const told: Told = { did: [], got: [] }
  for (let round = 0; round < rounds; round++) {
    const child = start(String(round))
    let output = ''
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const closed = new Promise((resolve) => child.once('close', resolve))
    const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)))
    await lines(child.stdout, 20 + Math.floor(Math.random() * 60))
    await wait(Math.random() * 20)
    child.kill('SIGKILL')
    expect(await ended, 'the worker went on until it was killed').toBe('SIGKILL')
    await closed
    read(output, told)
  }

  const storage = open()
  // The leases of the killed workers have expired.
  const clock = (): Date => new Date(Date.now() + 60_000)
  const kith = createKith({
    secret: 'the secret of a process that is killed',
    storage,
    clock,
    outbox: { events: 'all' },
  })
  const waiting = await kith.outbox.backlog()
  await kith.outbox.deliver((event) => void told.got.push(event), { limit: 1e6 })
  expect(await kith.outbox.backlog()).toEqual({ count: 0, oldestAt: null })
  await kith.upkeep.run()

  demandOrder(told.got)
  const events = [...new Map(told.got.map((event) => [event.id, event])).values()]
  demandEach(told.did, events)
  await demandState(storage, events)
  await storage.close()
  expect(told.did.length, 'people did much').toBeGreaterThan(rounds * 10)
  expect(
    waiting.count + told.got.length - events.length,
    'a kill came between cause and acknowledgement',
  ).toBeGreaterThan(0)
}

function read(output: string, told: Told): void {
  // The last line may be incomplete.
  for (const line of output.split('\n').slice(0, -1)) {
    const [what, event] = [line.slice(0, 3) as keyof Told, JSON.parse(line.slice(4)) as OutboxEvent]
    told[what].push(event)
  }
}

/** Resolves after this many lines of a stream, however long that takes on a busy machine. */
function lines(stream: Readable | null, count: number): Promise<void> {
  return new Promise((resolve) => {
    let seen = 0
    stream?.on('data', (chunk: Buffer) => {
      seen += String(chunk).split('\n').length - 1
      if (seen >= count) resolve()
    })
  })
}

/** For an account, only the last delivered event may be repeated. */
function demandOrder(got: readonly OutboxEvent[]): void {
  for (const own of Map.groupBy(got, ({ userId }) => userId).values()) {
    const ids = own.map(({ id }) => id).filter((id, index, all) => id !== all[index - 1])
    expect(new Set(ids).size).toBe(ids.length)
  }
}

function keyOf(event: object): string {
  const { id: _id, at: _at, ...rest } = event as OutboxEvent
  return JSON.stringify(Object.entries(rest).sort())
}

/** Every acknowledged change has its own event. */
function demandEach(did: readonly object[], events: readonly OutboxEvent[]): void {
  const handed = Map.groupBy(events, keyOf)
  for (const [key, changes] of Map.groupBy(did, keyOf))
    expect(handed.get(key)?.length ?? 0, key).toBeGreaterThanOrEqual(changes.length)
}

/** Replaying the events in order gives the contents of the storage. */
async function demandState(storage: Storage, events: readonly OutboxEvent[]): Promise<void> {
  const users = new Set<string>()
  const posts = new Map<string, string>()
  const edges = new Set<string>()
  function turn(edge: string, added: boolean): void {
    expect(edges.has(edge), `${edge} was ${added ? 'added' : 'removed'} twice`).toBe(!added)
    if (added) edges.add(edge)
    else edges.delete(edge)
  }
  for (const event of events) {
    const { userId } = event
    if (event.name === 'account.registered') users.add(userId)
    if (event.name === 'post.created') posts.set(event.postId, userId)
    if (event.name === 'follow.added' || event.name === 'follow.removed')
      turn(`follow ${userId} ${event.followedId}`, event.name === 'follow.added')
    if (event.name === 'like.added' || event.name === 'like.removed')
      turn(`like ${userId} ${event.postId}`, event.name === 'like.added')
  }
  for (const event of events) {
    if (event.name === 'account.deleted') expect(users.delete(event.userId)).toBe(true)
    if (event.name === 'post.deleted') expect(posts.delete(event.postId)).toBe(true)
  }
  for (const [id, author] of posts) if (!users.has(author)) posts.delete(id)
  const lives = (node: string): boolean => users.has(node) || posts.has(node)
  const seen = [...edges].filter((edge) => edge.split(' ').slice(1).every(lives))

  const found: string[] = []
  for (const id of users) {
    expect(await storage.users.byId(id), 'an account whose event says that it was registered').not.toBeNull()
    for (const kind of ['follow', 'like'] satisfies EdgeKind[])
      for (const { to } of await storage.edges.list({ kind, side: 'out', node: id }, everything))
        found.push(`${kind} ${id} ${to}`)
    const own = (await storage.posts.byAuthor(id, everything)).map((post) => post.id)
    expect(own.sort()).toEqual([...posts].flatMap(([post, author]) => (author === id ? [post] : [])).sort())
  }
  expect(found.sort()).toEqual(seen.sort())
}
