import {
  edgeStoreCases,
  feedStoreCases,
  mediaStoreCases,
  postStoreCases,
  runCases,
  sessionStoreCases,
  userStoreCases,
} from '@kith/conformance'
import type {
  CreateUserResult,
  RotationResult,
  SessionRecord,
  SessionStore,
  Storage,
  UserStore,
} from '@kith/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSqliteStorage } from '../src/index.ts'
import { sampleSession, sampleUser } from './samples.ts'
import { type Call, startStoreWorkers, type StoreWorkers } from './store-workers.ts'
import { useTemporaryFolder } from './temporary-folder.ts'

const freshPath = useTemporaryFolder()
let workers: StoreWorkers

beforeAll(() => {
  workers = startStoreWorkers()
})
afterAll(() => workers.stop())

async function migratedPath(): Promise<string> {
  const path = freshPath()
  await workers.port<Storage>(path, 'storage').migrate()
  return path
}

async function freshStores(): Promise<Pick<Storage, 'users' | 'edges' | 'posts' | 'media' | 'feed'>> {
  const path = await migratedPath()
  return {
    users: workers.port(path, 'users'),
    edges: workers.port(path, 'edges'),
    posts: workers.port(path, 'posts'),
    media: workers.port(path, 'media'),
    feed: workers.port(path, 'feed'),
  }
}

describe('the cases of the kit with every other call in another process', () => {
  runCases(test, userStoreCases, async () => workers.port(await migratedPath(), 'users'))
  runCases(test, sessionStoreCases, async () => workers.port(await migratedPath(), 'sessions'))
  runCases(test, edgeStoreCases, async () => workers.port(await migratedPath(), 'edges'))
  runCases(test, postStoreCases, freshStores)
  runCases(test, mediaStoreCases, freshStores)
  runCases(test, feedStoreCases, freshStores)
})

describe('of two processes that make each of 50 calls at the same moment exactly one', () => {
  const slots = Array.from({ length: 50 }, (_, index) => index)

  /** How many of the two that made the same call got an answer that `won` accepts: one for each call. */
  function winners<Answer>(answers: Answer[], won: (answer: Answer) => boolean): number[] {
    return slots.map(
      (slot) => [answers[slot], answers[slot + slots.length]].filter((each) => won(each as Answer)).length,
    )
  }
  const oneEach = slots.map(() => 1)

  test.each(['username', 'email', 'phone'] as const)('creates an account with one %s', async (name) => {
    const nothing = { username: null, email: null, phone: null }
    // An account without an id gets one from the process that creates it.
    const calls = slots.map((slot): Call => ({
      port: 'users',
      verb: 'create',
      values: [sampleUser({ ...nothing, id: '', [name]: `wanted-${slot}` })],
    }))
    const answers = await workers.race<CreateUserResult>(await migratedPath(), calls)
    expect(winners(answers, ({ outcome }) => outcome === 'created')).toEqual(oneEach)
  })

  test('rotates a session', async () => {
    const path = await migratedPath()
    const session = sampleSession()
    await openIn(path, [session])
    const { id, expiresAt } = session
    const step = { id, now: new Date(), expiresAt, address: null }
    const calls = slots.map((generation): Call => ({
      port: 'sessions',
      verb: 'rotate',
      values: [{ ...step, generation }],
    }))
    const answers = await workers.race<RotationResult>(path, calls)
    expect(winners(answers, ({ rotated }) => rotated)).toEqual(oneEach)
    // A process that had to wait may find the row further on, never behind the step it lost.
    for (const [index, { session }] of answers.entries()) {
      expect(session?.generation).toBeGreaterThan(index % slots.length)
    }
  })

  test('replaces a password', async () => {
    const path = await migratedPath()
    const user = sampleUser({ passwordHash: 'hash-0' })
    await workers.port<UserStore>(path, 'users').create(user)
    const calls = slots.map((slot): Call => ({
      port: 'users',
      verb: 'replacePassword',
      values: [user.id, `hash-${slot}`, `hash-${slot + 1}`],
    }))
    expect(winners(await workers.race<boolean>(path, calls), Boolean)).toEqual(oneEach)
  })

  test('deletes an account', async () => {
    const path = await migratedPath()
    const all = slots.map(() => sampleUser())
    for (const user of all) await workers.port<UserStore>(path, 'users').create(user)
    const calls = all.map(({ id }): Call => ({
      port: 'users',
      verb: 'markDeleted',
      values: [id, new Date()],
    }))
    expect(winners(await workers.race<boolean>(path, calls), Boolean)).toEqual(oneEach)
  })

  test('revokes a session', async () => {
    const path = await migratedPath()
    const all = await openIn(
      path,
      slots.map(() => sampleSession()),
    )
    const calls = all.map(({ id, userId }): Call => ({
      port: 'sessions',
      verb: 'revoke',
      values: [{ id, userId }, new Date()],
    }))
    expect(winners(await workers.race<boolean>(path, calls), Boolean)).toEqual(oneEach)
  })

  test('ends all sessions of a user', async () => {
    const path = await migratedPath()
    const sessions = slots.flatMap((slot) => [
      sampleSession({ userId: `user-${slot}` }),
      sampleSession({ userId: `user-${slot}` }),
    ])
    await openIn(path, sessions)
    const calls = slots.map((slot): Call => ({
      port: 'sessions',
      verb: 'revokeAll',
      values: [`user-${slot}`, new Date(), null],
    }))
    const answers = await workers.race<string[]>(path, calls)
    expect(winners(answers, (ended) => ended.length === 2)).toEqual(oneEach)
    expect(answers.flat()).toHaveLength(sessions.length)
  })

  test('purges an ended session', async () => {
    const path = await migratedPath()
    const ended = Array.from({ length: 130 }, () => sampleSession({ expiresAt: new Date(1000) }))
    await openIn(path, ended)
    const calls = slots.map((): Call => ({
      port: 'sessions',
      verb: 'purgeEnded',
      values: [new Date(1000), 2],
    }))
    const counts = await workers.race<number>(path, calls)
    expect(counts.reduce((sum, count) => sum + count)).toBe(ended.length)
  })
})

test('two processes that open and migrate a new file at once both succeed', async () => {
  const calls = ['migrate', 'close'].map((verb): Call => ({ port: 'storage', verb, values: [] }))
  for (let round = 0; round < 40; round++) {
    const path = freshPath()
    await workers.race(path, calls)
    const storage = createSqliteStorage({ path })
    expect(await storage.users.create(sampleUser())).toEqual({ outcome: 'created' })
    await storage.close()
  }
})

async function openIn<Sessions extends SessionRecord[]>(path: string, sessions: Sessions): Promise<Sessions> {
  for (const session of sessions) await workers.port<SessionStore>(path, 'sessions').open(session)
  return sessions
}
