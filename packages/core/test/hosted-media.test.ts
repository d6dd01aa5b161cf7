import { type Kith, type KithOptions, RetryLaterError, type Viewer } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { describe, expect, test } from 'vitest'
import { copyingImages, picture } from './copying-images.ts'
import { codeOf, counting, createInstance } from './instance.ts'
import { createMediaHost, intercept, type MediaHost } from './media-host.ts'

const start = Date.parse('2026-01-01T00:00:00Z')

/** Everything that outlives the processes. */
interface World {
  host: MediaHost
  options: Partial<KithOptions>
  advance(seconds: number): void
  now(): Date
}

function createWorld(): World {
  let time = start
  const now = (): Date => new Date(time)
  const host = createMediaHost(now)
  return {
    host,
    options: {
      storage: createMemoryStorage(),
      clock: now,
      media: { blobs: host.blobs, direct: host.direct, images: copyingImages },
    },
    now,
    advance: (seconds) => void (time += seconds * 1000),
  }
}

async function signIn(kith: Kith): Promise<Viewer> {
  const { user, session } = await kith.accounts.register({ username: 'ana', password: 'correct horse' })
  return { userId: user.id, sessionId: session.id }
}

const announced = { contentType: 'image/png', size: 16 } as const

/** The unreleased rows of an account, blobs and staged files. */
async function leftOver({ host, options }: World, { userId }: Viewer) {
  const rows = await options.storage?.media.byOwner(userId, { limit: 100, before: null })
  return { rows: rows?.map(({ state }) => state) ?? [], ...host.keys() }
}

const unavailable = (): Error => new RetryLaterError('media-unavailable', 5)

describe.each([
  { how: 'before the blob is stored', loses: false },
  { how: 'after the blob is stored, with a lost response', loses: true },
  // They run concurrently, because each waits between its retries.
])('a host that fails $how', { concurrent: true }, ({ loses }) => {
  /** An environment whose host fails the first puts. */
  function failing(times: number, error: () => Error = unavailable) {
    const world = createWorld()
    let left = times
    const puts = counting(
      intercept(world.host.blobs, async (call, name) => {
        const fails = name === 'put' && left-- > 0
        if (!fails || loses) await call()
        if (fails) throw error()
        return null
      }),
    )
    const media = { blobs: puts.port, direct: world.host.direct, images: copyingImages }
    const { kith } = createInstance({ ...world.options, media })
    return { world, kith, puts: () => puts.calls.filter((name) => name === 'put').length }
  }

  test('twice is tried a third time, with the whole file', async () => {
    const { world, kith, puts } = failing(2)
    const viewer = await signIn(kith)
    const { id } = await kith.uploads.add(viewer, picture())
    expect(puts()).toBe(3)
    expect(await leftOver(world, viewer)).toEqual({ rows: ['ready'], blobs: [id], staged: [] })
  })

  test('three times is a 503, and nothing is left a day later', async () => {
    const { world, kith, puts } = failing(3)
    const viewer = await signIn(kith)
    expect(await codeOf(kith.uploads.add(viewer, picture()))).toBe('media-unavailable')
    expect(puts()).toBe(3)
    expect((await leftOver(world, viewer)).rows).toEqual(['reserved'])
    world.advance(86_401)
    await kith.upkeep.run()
    expect(await leftOver(world, viewer)).toEqual({ rows: [], blobs: [], staged: [] })
  })

  test('three times during a confirm lets the upload be confirmed again, without sending it', async () => {
    const { world, kith } = failing(3)
    const viewer = await signIn(kith)
    const { id } = await kith.uploads.sign(viewer, announced)
    world.host.send(id)
    expect(await codeOf(kith.uploads.confirm(viewer, id))).toBe('media-unavailable')
    expect((await leftOver(world, viewer)).staged).toEqual([id])
    expect((await kith.uploads.confirm(viewer, id)).id).toBe(id)
    expect(await leftOver(world, viewer)).toEqual({ rows: ['ready'], blobs: [id], staged: [] })
  })

  test('three times, without another confirm, leaves no row, no staged file and no blob', async () => {
    const { world, kith } = failing(3)
    const viewer = await signIn(kith)
    const { id } = await kith.uploads.sign(viewer, announced)
    world.host.send(id)
    expect(await codeOf(kith.uploads.confirm(viewer, id))).toBe('media-unavailable')
    world.advance(86_401)
    await kith.upkeep.run()
    expect(await leftOver(world, viewer)).toEqual({ rows: [], blobs: [], staged: [] })
    expect(await codeOf(kith.uploads.confirm(viewer, id))).toBe('media-not-found')
  })

  test('with another error is not retried', async () => {
    const { kith, puts } = failing(1, () => new Error('a bug'))
    const viewer = await signIn(kith)
    await expect(kith.uploads.add(viewer, picture())).rejects.toThrow('a bug')
    expect(puts()).toBe(1)
  })
})

test('a staged file that cannot be discarded does not fail the upload, and is swept a day later', async () => {
  const world = createWorld()
  const direct = intercept(world.host.direct, (call, name) =>
    name === 'discard' ? Promise.reject(unavailable()) : call(),
  )
  const media = { blobs: world.host.blobs, direct, images: copyingImages }
  const { kith, logged } = createInstance({ ...world.options, media })
  const viewer = await signIn(kith)
  const { id } = await kith.uploads.sign(viewer, announced)
  world.host.send(id)
  await kith.uploads.confirm(viewer, id)
  expect(logged).toHaveLength(1)
  await kith.uploads.use(viewer, id, 'avatar')
  world.advance(86_401)
  await kith.upkeep.run()
  expect(await leftOver(world, viewer)).toEqual({ rows: ['ready'], blobs: [id], staged: [] })
})

test('a sweep that fails does not keep upkeep from its other work', async () => {
  const world = createWorld()
  const direct = intercept(world.host.direct, (call, name) =>
    name === 'sweep' ? Promise.reject(unavailable()) : call(),
  )
  const media = { blobs: world.host.blobs, direct, images: copyingImages }
  const { kith, logged } = createInstance({ ...world.options, media })
  const viewer = await signIn(kith)
  await kith.uploads.sign(viewer, announced)
  world.advance(31 * 86_400)
  expect(await kith.upkeep.run()).toMatchObject({ media: 1, sessions: 1 })
  expect(logged).toHaveLength(1)
})

test('a file that arrives during the check is not removed', async () => {
  const world = createWorld()
  const direct = intercept(world.host.direct, async (call, name) => {
    const answer = await call()
    if (name === 'confirm' && answer === false) world.host.send(signed.id)
    return answer
  })
  const media = { blobs: world.host.blobs, direct, images: copyingImages }
  const { kith } = createInstance({ ...world.options, media })
  const viewer = await signIn(kith)
  const signed = await kith.uploads.sign(viewer, announced)
  expect(await codeOf(kith.uploads.confirm(viewer, signed.id))).toBe('media-not-found')
  expect((await kith.uploads.confirm(viewer, signed.id)).id).toBe(signed.id)
})

test('nothing is signed that could not be accepted', async () => {
  const world = createWorld()
  const { kith } = createInstance(world.options)
  const viewer = await signIn(kith)
  const film = { contentType: 'video/mp4', size: 1000 } as const
  expect(await codeOf(kith.uploads.sign(viewer, film))).toBe('not-configured')
  expect(await codeOf(kith.uploads.sign(viewer, { ...announced, size: 1e9 }))).toBe('media-too-large')
  expect((await leftOver(world, viewer)).rows).toEqual([])
  const { blobs } = world.host
  const bare = createInstance({ ...world.options, media: { blobs, images: copyingImages } })
  expect(await codeOf(bare.kith.uploads.sign(viewer, announced))).toBe('not-configured')
  expect(await codeOf(bare.kith.uploads.confirm(viewer, 'x'))).toBe('not-configured')
})

describe.each([
  { when: 'before', does: false },
  { when: 'after', does: true },
])('a process that dies $when a step', ({ does }) => {
  /** Uploads two pictures, and the second replaces the first. Returns the number of steps. */
  async function live(world: World, viewer: Viewer, steps: number): Promise<number> {
    let made = 0
    const around = async (call: () => Promise<unknown>): Promise<unknown> => {
      const alive = ++made <= steps
      const answer = alive || (does && made === steps + 1) ? await call() : null
      if (!alive) throw new Error('dead')
      return answer
    }
    const { storage = createMemoryStorage(), ...rest } = world.options
    const { kith } = createInstance({
      ...rest,
      storage: { ...storage, media: intercept(storage.media, around) },
      media: {
        blobs: intercept(world.host.blobs, around),
        direct: intercept(world.host.direct, around),
        images: copyingImages,
      },
    })
    try {
      for (let round = 0; round < 2; round++) {
        const { id } = await kith.uploads.sign(viewer, announced)
        world.host.send(id)
        await kith.uploads.confirm(viewer, id)
        await kith.uploads.use(viewer, id, 'avatar')
      }
    } catch (error) {
      expect(String(error)).toContain('dead')
    }
    return made
  }

  test('leaves, at any step, no row without its blob and no blob without its row', async () => {
    let steps = 0
    for (; ; steps++) {
      const world = createWorld()
      const viewer = await signIn(createInstance(world.options).kith)
      const made = await live(world, viewer, steps)
      world.advance(86_401)
      const { kith } = createInstance(world.options)
      await kith.upkeep.run()
      const { rows, blobs, staged } = await leftOver(world, viewer)
      expect(staged, `after ${steps} steps`).toEqual([])
      expect(rows, `after ${steps} steps`).toEqual(blobs.map(() => 'ready'))
      expect(blobs.length).toBeLessThanOrEqual(1)
      if (made <= steps) break
    }
    expect(steps).toBeGreaterThan(20)
  })
})
