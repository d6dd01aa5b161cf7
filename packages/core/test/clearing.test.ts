import { createKith, type Kith, type Viewer } from '@kith/core'
import type { Storage } from '@kith/core/ports'
import { expect, test } from 'vitest'
import { codeOf, createInstance } from './instance.ts'

const password = 'correct horse'

async function signIn(kith: Kith, username: string): Promise<Viewer> {
  const { user, session } = await kith.accounts.register({ username, password })
  return { userId: user.id, sessionId: session.id }
}

/** Ana with a post that Ben likes, and both follow each other, in a storage whose `drop` and `setHidden` of edges go through `around`. */
async function anaAndBen(around: (go: () => Promise<number>) => Promise<number> = (go) => go()) {
  const { options, logged } = createInstance({ posts: { textOnly: true } })
  const { edges } = options.storage
  const storage: Storage = {
    ...options.storage,
    edges: {
      ...edges,
      drop: (node, limit) => around(() => edges.drop(node, limit)),
      setHidden: (node, hidden, limit) => around(() => edges.setHidden(node, hidden, limit)),
    },
  }
  const kith = createKith({ ...options, storage })
  const [ana, ben] = [await signIn(kith, 'ana'), await signIn(kith, 'ben')]
  const post = await kith.posts.create(ana, { caption: 'hello' })
  await kith.likes.add(ben, post.id)
  await kith.follows.add(ana, 'ben')
  await kith.follows.add(ben, 'ana')
  return { kith, options: { ...options, storage }, edges, logged, ana, ben, post }
}

/** Blocks until it is opened. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { wait: promise, open: resolve }
}

test('deletions and bans resolve once the row is marked, which hides everything, before the cleanup starts', async () => {
  const { wait, open } = gate()
  const { kith, edges, ana, ben, post } = await anaAndBen(async (go) => {
    await wait
    return await go()
  })
  await kith.posts.remove(ana, post.id)
  expect(await codeOf(kith.posts.get(ben, post.id))).toBe('post-not-found')
  expect((await kith.profiles.get(null, 'ana')).counts.posts).toBe(0)
  await kith.accounts.ban(ben.userId)
  expect(await codeOf(kith.profiles.get(ana, 'ben'))).toBe('account-not-found')
  await kith.accounts.delete(ana, { password })
  expect(await codeOf(kith.profiles.get(null, 'ana'))).toBe('account-not-found')
  expect(await edges.counts('follow', [ben.userId])).toEqual([{ out: 1, in: 1 }])
  open()
  await kith.settled()
  expect(await edges.counts('follow', [ben.userId])).toEqual([{ out: 0, in: 0 }])
  expect(await kith.upkeep.run()).toMatchObject({ accounts: 0, posts: 0, failed: [] })
})

test('a cleanup that fails is logged, does not stop the others, and is repeated by upkeep', async () => {
  let fails = true
  const { kith, edges, logged, ana, ben, post } = await anaAndBen(async (go) => {
    if (fails) throw new Error('died')
    return await go()
  })
  await kith.posts.remove(ana, post.id)
  await kith.settled()
  fails = false
  expect(logged).toEqual([
    [
      expect.any(String),
      expect.objectContaining({
        event: 'clearing.failed',
        what: 'a removed post',
        error: expect.anything() as unknown,
      }),
    ],
  ])
  await kith.accounts.ban(ben.userId)
  await kith.settled()
  expect(await edges.counts('like', [post.id])).toEqual([{ out: 0, in: 0 }])
  expect(await kith.upkeep.run()).toMatchObject({ posts: 1, failed: [] })
})

test('close stops jobs after the current step, and another process finishes them', async () => {
  const { wait, open } = gate()
  let begun = 0
  const { kith, options, logged, ana } = await anaAndBen(async (go) => {
    begun++
    await wait
    return await go()
  })
  await kith.accounts.delete(ana, { password })
  while (begun === 0) await new Promise((resolve) => setImmediate(resolve))
  const closed = kith.close()
  open()
  await closed
  await kith.settled()
  expect(begun).toBe(1)
  const report = await kith.upkeep.run()
  expect(report).toMatchObject({ accounts: 0, sessions: 0 })
  expect(report.failed).toContain('accounts')
  expect(logged).toEqual([])
  const other = createKith(options)
  expect(await other.upkeep.run()).toMatchObject({ accounts: 1, failed: [] })
})

test('a process queues at most a thousand jobs, and logs when it leaves one to upkeep', async () => {
  const { wait, open } = gate()
  const { kith, logged, ben } = await anaAndBen(async (go) => {
    await wait
    return await go()
  })
  for (let time = 0; time < 1_001; time++) await kith.accounts.ban(ben.userId)
  expect(logged).toEqual([
    [
      expect.any(String),
      expect.objectContaining({ event: 'clearing.left', what: 'a ban or the end of one' }),
    ],
  ])
  open()
  await kith.settled()
  await kith.accounts.unban(ben.userId)
  expect(logged).toHaveLength(1)
})
