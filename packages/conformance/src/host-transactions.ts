import assert from 'node:assert/strict'
import type { Storage, Stores } from '@kith/core/ports'
import type { Case } from './case.ts'
import { idsOf, rowsOfBoth, waitingInBoth } from './outbox-store/events.ts'
import { race } from './race.ts'
import { sampleEdge, samplePost, sampleSession, sampleUser } from './records.ts'

/** A transaction that an app has begun on its own connection to the database of a storage. */
export interface HostTransaction {
  /** The argument of `Storage.within`. */
  readonly transaction: unknown
  commit(): Promise<void>
  rollback(): Promise<void>
}

/** A storage, and how an app begins transactions next to it. */
export interface HostDatabase {
  readonly storage: Storage
  begin(): Promise<HostTransaction>
}

/** The promises of `Storage.within`. */
export const hostTransactionCases: readonly Case<HostDatabase>[] = [
  {
    id: 'host-transactions/commit',
    title: 'what several stores write is visible within immediately, and to others from the commit on',
    async run({ storage, begin }) {
      const { transaction, commit } = await begin()
      const within = storesWithin(storage, transaction)
      const [author, reader] = [sampleUser(), sampleUser()]
      const post = samplePost({ authorId: author.id })
      const session = sampleSession({ userId: author.id, epoch: author.sessionEpoch })
      await within.users.create(author)
      await within.users.create(reader)
      await within.sessions.open(session, 10)
      await within.edges.add(sampleEdge({ from: reader.id, to: author.id }))
      await within.posts.create(post, [])
      const seenBy = async ({ users, sessions, edges, posts }: Stores): Promise<unknown> => ({
        author: await users.byId(author.id),
        session: await sessions.byId(session.id),
        posts: await posts.byIds([post.id]),
        postCounts: await posts.counts([author.id]),
        followCounts: await edges.counts('follow', [author.id]),
      })
      const all = {
        author,
        session,
        posts: [post],
        postCounts: [1],
        followCounts: [{ out: 0, in: 1 }],
      }
      const nothing = {
        author: null,
        session: null,
        posts: [],
        postCounts: [0],
        followCounts: [{ out: 0, in: 0 }],
      }
      assert.deepEqual(await seenBy(within), all, 'within')
      assert.deepEqual(await seenBy(storage), nothing, 'for others, before the commit')
      await commit()
      assert.deepEqual(await seenBy(storage), all, 'for others, after the commit')
    },
  },
  {
    id: 'host-transactions/rollback',
    title: 'a rollback leaves nothing: no record, no count, no row of a queue',
    async run({ storage, begin }) {
      const [author, reader, born] = [sampleUser(), sampleUser(), sampleUser()]
      for (const user of [author, reader]) await storage.users.create(user)
      const { transaction, rollback } = await begin()
      const within = storesWithin(storage, transaction)
      await within.users.create(born, undefined, () => rowsOfBoth())
      await within.users.update(author.id, { bio: 'changed' }, undefined, () => rowsOfBoth())
      await within.edges.add(sampleEdge({ from: reader.id, to: author.id }))
      await within.posts.create(samplePost({ authorId: author.id }), [])
      await rollback()
      assert.deepEqual(await storage.users.byId(author.id), author)
      assert.equal(await storage.users.byId(born.id), null)
      assert.deepEqual(await storage.edges.counts('follow', [author.id]), [{ out: 0, in: 0 }])
      assert.deepEqual(await storage.posts.counts([author.id]), [0])
      assert.deepEqual(await waitingInBoth(storage), [])
      assert.equal((await storage.users.create(born)).outcome, 'created')
    },
  },
  {
    id: 'host-transactions/refused',
    title: 'a verb that refuses or rejects has changed nothing, and the transaction continues',
    async run({ storage, begin }) {
      const [known, first, second] = [sampleUser(), sampleUser(), sampleUser()]
      await storage.users.create(known)
      const { transaction, commit } = await begin()
      const within = storesWithin(storage, transaction)
      const rows = rowsOfBoth()
      await within.users.create(first, undefined, () => rows)
      const taken = await within.users.create({ ...sampleUser(), email: known.email })
      assert.deepEqual(taken, { outcome: 'taken', taken: ['email'] })
      const thrown = new Error('the row cannot be made')
      const fail = (): never => {
        throw thrown
      }
      await assert.rejects(within.users.create(second, undefined, fail))
      await assert.rejects(within.users.update(known.id, { bio: 'changed' }, undefined, fail))
      assert.equal(await within.users.byId(second.id), null)
      assert.deepEqual(await within.users.byId(known.id), known)
      await commit()
      assert.deepEqual(await storage.users.byId(first.id), first)
      assert.equal(await storage.users.byId(second.id), null)
      assert.deepEqual(await storage.users.byId(known.id), known)
      assert.deepEqual(idsOf(await waitingInBoth(storage)), idsOf(rows))
    },
  },
  {
    id: 'host-transactions/parallel',
    title: 'calls within one transaction may be parallel',
    async run({ storage, begin }) {
      const author = sampleUser()
      await storage.users.create(author)
      const { transaction, commit } = await begin()
      const within = storesWithin(storage, transaction)
      await race(20, async () => {
        const reader = sampleUser()
        await within.users.create(reader)
        await within.edges.add(sampleEdge({ from: reader.id, to: author.id }))
        await within.edges.counts('follow', [author.id])
      })
      await commit()
      assert.deepEqual(await storage.edges.counts('follow', [author.id]), [{ out: 0, in: 20 }])
    },
  },
  {
    id: 'host-transactions/over',
    title: 'after the end of the transaction it writes nothing',
    async run({ storage, begin }) {
      for (const end of ['commit', 'rollback'] as const) {
        const held = await begin()
        const within = storesWithin(storage, held.transaction)
        const user = sampleUser()
        await within.users.byId(user.id)
        await held[end]()
        await assert.rejects(within.users.create(user), `after the ${end}`)
        assert.equal(await storage.users.byId(user.id), null)
      }
    },
  },
  {
    id: 'host-transactions/none',
    title: 'anything but a transaction is refused with a TypeError',
    async run({ storage }) {
      for (const nothing of [undefined, null, 'BEGIN', {}, () => {}])
        assert.throws(() => storage.within?.(nothing), TypeError)
    },
  },
]

function storesWithin(storage: Storage, transaction: unknown): Stores {
  assert.ok(storage.within, 'the storage has a method within')
  return storage.within(transaction)
}
