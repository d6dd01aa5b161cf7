import assert from 'node:assert/strict'
import type { OutboxRow, SessionChange, Storage } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { readyMedia } from '../media-state.ts'
import { race, repeat } from '../race.ts'
import {
  difficultTexts,
  later,
  nextId,
  sampleEdge,
  samplePost,
  sampleSession,
  sampleUser,
} from '../records.ts'
import { born, happens, idsIn, idsOf, sampleClaim, sampleRow, type TellingStores } from './events.ts'

/** One call of a verb with the rows of its event. */
type Telling = (outbox: () => readonly OutboxRow[]) => Promise<unknown>

/** Each verb that stores events, prepared so that the first call changes something and a second one nothing. */
const tellings: Readonly<Record<string, (stores: TellingStores) => Promise<Telling>>> = {
  async 'users.create'({ users }) {
    const user = sampleUser()
    return (outbox) => users.create({ ...user, id: nextId() }, undefined, outbox)
  },
  async 'users.update'(stores) {
    const [id, taken] = [await born(stores), sampleUser()]
    const change = { username: taken.username }
    return async (outbox) => {
      const answer = await stores.users.update(id, change, undefined, outbox)
      // From now on it is refused: somebody else has that name.
      await stores.users.update(id, { username: `${taken.username}-before` })
      await stores.users.create(taken).catch(() => {})
      return answer
    }
  },
  async 'users.replacePassword'(stores) {
    const user = sampleUser()
    await stores.users.create(user)
    return (outbox) => stores.users.replacePassword(user.id, user.passwordHash, 'new', outbox)
  },
  async 'users.markDeleted'(stores) {
    const id = await born(stores)
    return (outbox) => stores.users.markDeleted(id, later(), null, outbox)
  },
  async 'sessions.revoke'({ sessions }) {
    const session = sampleSession()
    await sessions.open(session, 9)
    return (outbox) => sessions.revoke(session, later(1), outbox)
  },
  async 'sessions.revokeAll'({ sessions }) {
    const session = sampleSession()
    await sessions.open(session, 9)
    return (outbox) => sessions.revokeAll(session.userId, later(1), null, outbox)
  },
  async 'edges.add'(stores) {
    const edge = sampleEdge({ from: await born(stores), to: await born(stores) })
    return (outbox) => stores.edges.add({ ...edge, id: nextId() }, outbox)
  },
  async 'edges.follow'(stores) {
    const [from, user] = [await born(stores), sampleUser()]
    await stores.users.create(user)
    return (outbox) => stores.edges.follow({ id: nextId(), from, username: user.username ?? '' }, outbox)
  },
  async 'edges.remove'(stores) {
    const edge = sampleEdge({ from: await born(stores), to: await born(stores) })
    await stores.edges.add(edge)
    return (outbox) => stores.edges.remove(edge, outbox)
  },
  async 'edges.remove, hidden'(stores) {
    const edge = sampleEdge({ from: await born(stores), to: await born(stores) })
    await stores.edges.add(edge)
    await stores.edges.setHidden(edge.to, true, 10)
    return (outbox) => stores.edges.remove(edge, outbox)
  },
  async 'posts.create'(stores) {
    const media = await readyMedia(stores, { ownerId: await born(stores) })
    const place = [{ id: media.id, alt: '' }]
    return (outbox) => stores.posts.create(samplePost({ authorId: media.ownerId }), place, outbox)
  },
  async 'posts.edit'(stores) {
    const post = samplePost({ authorId: await born(stores) })
    await stores.posts.create(post, [])
    return async (outbox) => {
      const answer = await stores.posts.edit(post.id, { caption: 'changed', editedAt: later(1) }, outbox)
      await stores.posts.remove(post.id)
      return answer
    }
  },
  async 'posts.remove'(stores) {
    const post = samplePost({ authorId: await born(stores) })
    await stores.posts.create(post, [])
    return (outbox) => stores.posts.remove(post.id, outbox)
  },
  async 'media.attach'(stores) {
    const { id, ownerId } = await readyMedia(stores, { ownerId: await born(stores) })
    return (outbox) => stores.media.attach(id, ownerId, 'avatar', outbox)
  },
  async 'media.detach'(stores) {
    const { id, ownerId } = await readyMedia(stores, { ownerId: await born(stores) })
    await stores.media.attach(id, ownerId, 'avatar')
    return (outbox) => stores.media.detach('avatar', ownerId, outbox)
  },
}

/** What verbs promise about the rows that they are given. */
export const storingCases: readonly Case<TellingStores>[] = [
  {
    id: 'outbox/stored-with-change',
    title: 'each verb stores the rows of its change once, and none where it changes nothing',
    async run(stores) {
      for (const [verb, prepare] of Object.entries(tellings)) {
        const tell = await prepare(stores)
        const rows = [sampleRow(), sampleRow({ name: 'session.revoked', at: later(-1) })]
        await tell(() => rows)
        assert.deepEqual(await waiting(stores, 'stored'), byId(rows), `${verb} stores what it is given`)
        const answer = await tell(() => [sampleRow()])
        assert.deepEqual(
          await waiting(stores, 'again'),
          [],
          `${verb} changes nothing: ${JSON.stringify(answer)}`,
        )
      }
    },
  },
  {
    id: 'outbox/both-or-neither',
    title: 'rows that cannot be made leave everything as it was',
    async run(stores) {
      for (const [verb, prepare] of Object.entries(tellings)) {
        const tell = await prepare(stores)
        await assert.rejects(
          tell(() => {
            throw new RangeError('no row')
          }),
          verb,
        )
        const rows = [sampleRow()]
        await tell(() => rows)
        assert.deepEqual(await waiting(stores, 'after'), rows, `${verb} had changed nothing`)
      }
    },
  },
  {
    id: 'outbox/what-only-the-store-knows',
    title: 'a follow by name, and what opens and ends sessions, say whose id the event is about',
    async run({ users, edges, sessions, outbox }) {
      const [from, to] = [sampleUser(), sampleUser()]
      for (const user of [from, to]) await users.create(user)
      const seen: unknown[] = []
      function noting(change: unknown): OutboxRow[] {
        seen.push(change)
        return [sampleRow({ payload: JSON.stringify(change) })]
      }
      await edges.follow({ id: nextId(), from: from.id, username: to.username ?? '' }, noting)
      const [first, second] = [sampleSession(), sampleSession({ rotatedAt: later(1) })]
      const { userId } = first
      await sessions.open(first, 1, noting)
      await sessions.open({ ...second, userId }, 1, noting)
      await sessions.revokeAll(userId, later(2), null, noting)
      const third = sampleSession()
      await sessions.open(third, 1, noting)
      await sessions.revoke(third, later(3), noting)
      const opened = (id: string): SessionChange => ({ id, opened: true })
      const ended = (id: string): SessionChange => ({ id, opened: false })
      const expected = [
        to.id,
        opened(first.id),
        opened(second.id),
        ended(first.id),
        ended(second.id),
        opened(third.id),
        ended(third.id),
      ]
      assert.deepEqual(seen, expected)
      const stored = (await outbox.claim(sampleClaim())).flatMap(({ rows }) => rows)
      const payloads = expected.map((change) => JSON.stringify(change))
      assert.deepEqual(stored.map(({ payload }) => payload).sort(), payloads.sort())
    },
  },
  {
    id: 'outbox/id-of-session-in-use',
    title: 'opening a session whose id is in use rejects, with rows as well, and stores none',
    async run({ sessions, outbox }) {
      const session = sampleSession()
      await sessions.open(session, 9)
      await assert.rejects(sessions.open(session, 9, () => [sampleRow()]))
      assert.deepEqual(await outbox.claim(sampleClaim()), [])
    },
  },
  {
    id: 'outbox/id-of-account-in-use',
    title: 'creating an account whose id is in use stores no rows',
    async run({ users, outbox }) {
      const user = sampleUser()
      await users.create(user)
      const again = await users.create({ ...sampleUser(), id: user.id }, undefined, () => [sampleRow()])
      assert.deepEqual(again, { outcome: 'id-in-use' })
      assert.deepEqual(await outbox.claim(sampleClaim()), [])
    },
  },
  {
    id: 'outbox/answers-stay',
    title: 'with rows a verb answers what it answers without',
    async run({ users, outbox }) {
      const [one, other] = [sampleUser(), sampleUser()]
      const rows = (): OutboxRow[] => [sampleRow()]
      await users.create(one)
      const taken = { ...other, username: one.username }
      const isTaken = (taken: string) => ({ outcome: 'taken', taken: [taken] })
      assert.deepEqual(await users.create(taken, undefined, rows), isTaken('username'))
      const mail = { ...other, username: null }
      assert.deepEqual(await users.create(mail, undefined, rows), { outcome: 'created' })
      const { phone } = one
      assert.deepEqual(await users.update(other.id, { phone }, undefined, rows), isTaken('phone'))
      const noLogin = { email: null, username: null }
      assert.deepEqual(await users.update(other.id, noLogin, undefined, rows), { outcome: 'needs-login' })
      assert.deepEqual(await users.update(nextId(), {}, undefined, rows), { outcome: 'gone' })
      const updated = { ...mail, bio: 'new', sessionEpoch: mail.sessionEpoch + 1 }
      const changes = { bio: 'new', endSessions: true }
      assert.deepEqual(await users.update(other.id, changes, undefined, rows), {
        outcome: 'updated',
        user: updated,
      })
      const hold = { now: later(), until: later(60_000) }
      await users.update(one.id, { username: 'given-up' }, undefined, rows)
      await users.update(one.id, { username: 'kept' }, hold, rows)
      const wanting = { ...sampleUser(), username: 'given-up' }
      assert.deepEqual(await users.create(wanting, later(), rows), { outcome: 'taken', taken: ['username'] })
      assert.deepEqual(await users.create(wanting, later(60_001), rows), { outcome: 'created' })
      assert.deepEqual(await users.markDeleted(other.id, later(), null, rows), {
        endedEpoch: updated.sessionEpoch,
      })
      assert.equal(idsIn(await outbox.claim(sampleClaim())).length, 6)
    },
  },
  {
    id: 'outbox/parallel-names',
    title: 'of 20 parallel registrations of one name one is created, and its row alone is stored',
    async run({ users, outbox }) {
      await repeat(3, async (round) => {
        const { username } = sampleUser()
        const rows = Array.from({ length: 20 }, () => sampleRow())
        const answers = await race(20, (index) => {
          const user = { ...sampleUser(), username }
          return users.create(user, undefined, () => rows.slice(index, index + 1))
        })
        const created = rows.filter((_, index) => answers[index]?.outcome === 'created')
        assert.equal(created.length, 1)
        assert.deepEqual(
          idsIn(await outbox.claim(sampleClaim({ until: later(1e9 + round) }))),
          idsOf(created),
        )
      })
    },
  },
  {
    id: 'outbox/texts',
    title: 'what a row holds comes back as it went in',
    async run(stores) {
      const key = await born(stores)
      const rows: OutboxRow[] = []
      for (const text of difficultTexts)
        rows.push(await happens(stores, key, { payload: text, at: later(7) }))
      const [batch] = await stores.outbox.claim(sampleClaim())
      assert.deepEqual(batch, { key, attempts: 0, rows })
    },
  },
]

/** Takes out what waits. */
async function waiting({ outbox }: Pick<Storage, 'outbox'>, by: string): Promise<OutboxRow[]> {
  const batches = await outbox.claim(sampleClaim({ by }))
  for (const { key, rows } of batches)
    await outbox.acknowledge({ key, by, ids: idsOf(rows), now: later(), until: null })
  return byId(batches.flatMap(({ rows }) => rows))
}

function byId(rows: readonly OutboxRow[]): OutboxRow[] {
  return [...rows].sort((a, b) => (a.id < b.id ? -1 : 1))
}
