import type {
  AddEdgeResult,
  CodeStore,
  ConsumeCodeResult,
  CreatePostResult,
  CreateUserResult,
  CredentialRecord,
  CredentialStore,
  EdgeStore,
  MediaStore,
  PostStore,
  RemoveCredentialResult,
  RotationResult,
  SessionRecord,
  SessionStore,
  UserStore,
} from '@kith/core/ports'
import { describe, expect, test } from 'vitest'
import { peopled, sampleCode, sampleCredential } from '../../../test/kit-samples.ts'
import { sampleEdge, sampleMeasures, sampleMedia, samplePost, sampleSession, sampleUser } from './samples.ts'
import { type Call, useStoreWorkers } from './store-workers.ts'
import { useTemporaryFolder } from './temporary-folder.ts'

const freshPath = useTemporaryFolder()
const workers = useStoreWorkers()

const migratedPath = (): Promise<string> => workers().migrated(freshPath())

describe('of two processes that make each of 50 calls at the same moment, exactly one', () => {
  const slots = Array.from({ length: 50 }, (_, index) => index)

  /** How many of the two that made the same call got a result that `won` accepts, for each call. */
  function winners<Answer>(answers: Answer[], won: (answer: Answer) => boolean): number[] {
    return slots.map(
      (slot) => [answers[slot], answers[slot + slots.length]].filter((each) => won(each as Answer)).length,
    )
  }
  const oneEach = slots.map(() => 1)

  test.each(['username', 'email', 'phone'] as const)('creates an account with one %s', async (name) => {
    const nothing = { username: null, email: null, phone: null }
    // Without an id, the process that creates the account chooses one.
    const calls = slots.map((slot): Call => ({
      port: 'users',
      verb: 'create',
      values: [sampleUser({ ...nothing, id: '', [name]: `wanted-${slot}` })],
    }))
    const answers = await workers().race<CreateUserResult>(await migratedPath(), calls)
    expect(winners(answers, ({ outcome }) => outcome === 'created')).toEqual(oneEach)
  })

  test('rotates a session', async () => {
    const path = await migratedPath()
    const session = sampleSession()
    await openIn(path, [session])
    const { id, expiresAt } = session
    const step = { id, boundKey: null, now: new Date(), expiresAt, address: null, userAgent: null }
    const calls = slots.map((generation): Call => ({
      port: 'sessions',
      verb: 'rotate',
      values: [{ ...step, generation }],
    }))
    const answers = await workers().race<RotationResult>(path, calls)
    expect(winners(answers, ({ rotated }) => rotated)).toEqual(oneEach)
    // A process that had to wait may find the row further ahead, but never behind the step it lost.
    for (const [index, { session }] of answers.entries()) {
      expect(session?.generation).toBeGreaterThan(index % slots.length)
    }
  })

  test('replaces a password', async () => {
    const path = await migratedPath()
    const user = sampleUser({ passwordHash: 'hash-0' })
    await workers().port<UserStore>(path, 'users').create(user)
    const calls = slots.map((slot): Call => ({
      port: 'users',
      verb: 'replacePassword',
      values: [user.id, `hash-${slot}`, `hash-${slot + 1}`],
    }))
    expect(winners(await workers().race<boolean>(path, calls), Boolean)).toEqual(oneEach)
  })

  test('deletes an account', async () => {
    const path = await migratedPath()
    const all = slots.map(() => sampleUser())
    for (const user of all) await workers().port<UserStore>(path, 'users').create(user)
    const calls = all.map(({ id }): Call => ({
      port: 'users',
      verb: 'markDeleted',
      values: [id, new Date()],
    }))
    expect(winners(await workers().race<boolean>(path, calls), Boolean)).toEqual(oneEach)
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
    expect(winners(await workers().race<boolean>(path, calls), Boolean)).toEqual(oneEach)
  })

  test('ends all sessions of a user', async () => {
    const path = await migratedPath()
    const people = slots.map(() => sampleUser().id)
    const sessions = people.flatMap((userId) => [sampleSession({ userId }), sampleSession({ userId })])
    await openIn(path, sessions)
    const calls = people.map((userId): Call => ({
      port: 'sessions',
      verb: 'revokeAll',
      values: [userId, new Date(), null],
    }))
    const answers = await workers().race<string[]>(path, calls)
    expect(winners(answers, (ended) => ended.length === 2)).toEqual(oneEach)
    expect(answers.flat()).toHaveLength(sessions.length)
  })

  test('adds an edge, and removes it', async () => {
    const path = await migratedPath()
    const target = sampleEdge().to
    const all = slots.map(() => sampleEdge({ to: target }))
    const call = (verb: string): Call[] => all.map((edge) => ({ port: 'edges', verb, values: [edge] }))
    const users = workers().port<UserStore>(path, 'users')
    for (const id of [target, ...all.map(({ from }) => from)]) await users.create(sampleUser({ id }))
    const added = await workers().race<AddEdgeResult>(path, call('add'))
    expect(winners(added, ({ outcome }) => outcome === 'added')).toEqual(oneEach)
    // Each process that added gets a different count, so none was read outside of its step.
    const counts = added.flatMap((answer) => (answer.outcome === 'added' ? answer.count : []))
    expect(counts.sort((a, b) => a - b)).toEqual(slots.map((slot) => slot + 1))
    const removed = await workers().race<{ removed: boolean }>(path, call('remove'))
    expect(winners(removed, (answer) => answer.removed)).toEqual(oneEach)
    const edges = workers().port<EdgeStore>(path, 'edges')
    expect(await edges.counts('follow', [target])).toEqual([{ out: 0, in: 0 }])
    expect(await edges.recount(null, 500)).toEqual({ checked: 0, differences: [], next: null })
  })

  test('hides, shows and drops each edge of a node', async () => {
    const path = await migratedPath()
    const { edges } = peopled(workers().stores(path))
    const node = sampleEdge().to
    const all = Array.from({ length: 130 }, () => sampleEdge({ to: node }))
    for (const edge of all) await edges.add(edge)
    for (const [verb, values] of [
      ['setHidden', [node, true, 2]],
      ['setHidden', [node, false, 2]],
      ['drop', [node, 2]],
    ] as const) {
      const calls = [...slots, ...slots].map((): Call => ({ port: 'edges', verb, values: [...values] }))
      const changed = await workers().race<number>(path, calls)
      expect(changed.reduce((sum, count) => sum + count)).toBe(all.length)
    }
    expect(await edges.recount(null, 500)).toMatchObject({ differences: [] })
  })

  test('uses an upload, and removes the post', async () => {
    const path = await migratedPath()
    const media = workers().port<MediaStore>(path, 'media')
    const uploads = slots.map(() => sampleMedia())
    const users = workers().port<UserStore>(path, 'users')
    for (const upload of uploads) {
      await users.create(sampleUser({ id: upload.ownerId }))
      await media.reserve(upload)
      await media.ready(upload.id, sampleMeasures)
    }
    // Without an id, the process that creates the post chooses one.
    const creations = uploads.map(({ id, ownerId: authorId }): Call => ({
      port: 'posts',
      verb: 'create',
      values: [samplePost({ id: '', authorId }), [{ id, alt: '' }]],
    }))
    const created = await workers().race<CreatePostResult>(path, creations)
    expect(winners(created, ({ outcome }) => outcome === 'created')).toEqual(oneEach)

    const posts = workers().port<PostStore>(path, 'posts')
    const authors = uploads.map((upload) => upload.ownerId)
    expect(await posts.counts(authors)).toEqual(oneEach)
    const lists = await Promise.all(authors.map((id) => posts.byAuthor(id, { limit: 9, before: null })))
    const removals = lists.flat().map(({ id }): Call => ({ port: 'posts', verb: 'remove', values: [id] }))
    expect(winners(await workers().race<boolean>(path, removals), Boolean)).toEqual(oneEach)
    expect(await posts.counts(authors)).toEqual(slots.map(() => 0))
    expect(await media.sweep(new Date(0), 100)).toEqual(uploads.map((upload) => upload.id).sort())
  })

  test('consumes a code', async () => {
    const path = await migratedPath()
    const codes = slots.map(() => sampleCode())
    for (const code of codes) await workers().port<CodeStore>(path, 'codes').issue(code)
    const calls = codes.map(({ purpose, subject, hashes: [hash], createdAt: now }): Call => ({
      port: 'codes',
      verb: 'consume',
      values: [{ purpose, subject, hash, now }],
    }))
    const answers = await workers().race<ConsumeCodeResult>(path, calls)
    expect(winners(answers, ({ outcome }) => outcome === 'consumed')).toEqual(oneEach)
  })

  test('steps a credential', async () => {
    const path = await migratedPath()
    const { id, version } = await credentialIn(path)
    const calls = slots.map((slot): Call => ({
      port: 'credentials',
      verb: 'step',
      values: [{ id, version: version + slot }],
    }))
    expect(winners(await workers().race<boolean>(path, calls), Boolean)).toEqual(oneEach)
  })

  test('removes a credential', async () => {
    const path = await migratedPath()
    const credentials = []
    for (const _ of slots) credentials.push(await credentialIn(path))
    const calls = credentials.map((credential): Call => ({
      port: 'credentials',
      verb: 'remove',
      values: [credential, { kinds: [], addresses: [] }],
    }))
    const answers = await workers().race<RemoveCredentialResult>(path, calls)
    expect(winners(answers, (answer) => answer === 'removed')).toEqual(oneEach)
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
    const counts = await workers().race<number>(path, calls)
    expect(counts.reduce((sum, count) => sum + count)).toBe(ended.length)
  })
})

async function openIn<Sessions extends SessionRecord[]>(path: string, sessions: Sessions): Promise<Sessions> {
  for (const session of sessions) await workers().port<SessionStore>(path, 'sessions').open(session, 1_000)
  return sessions
}

/** A credential of an account with a password. */
async function credentialIn(path: string): Promise<CredentialRecord> {
  const user = sampleUser()
  await workers().port<UserStore>(path, 'users').create(user)
  const credential = sampleCredential({ userId: user.id })
  await workers().port<CredentialStore>(path, 'credentials').add(credential, 1)
  return credential
}
