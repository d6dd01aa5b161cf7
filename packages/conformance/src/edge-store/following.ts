import assert from 'node:assert/strict'
import type { FollowResult, UserRecord } from '@kith/core/ports'
import type { Case } from '../case.ts'
import type { SocialStores } from '../peopled.ts'
import { race, repeat, turns } from '../race.ts'
import { later, nextId, sampleEdge, sampleUser } from '../records.ts'
import { untilDone } from '../until-done.ts'
import { assertAgreement, countsOf, listAll } from './agreement.ts'

/** What `follow` promises. */
export const followingCases: readonly Case<SocialStores>[] = [
  {
    id: 'edges/follow',
    title: 'follow adds the edge that add would, at the account of that name, and returns its id',
    async run(storage) {
      const [ada, eve] = [await newUser(storage), await newUser(storage)]
      const edge = sampleEdge({ from: eve.id, to: ada.id })
      assert.deepEqual(
        await storage.edges.follow({ id: edge.id, from: eve.id, username: ada.username ?? '' }),
        { outcome: 'added', to: ada.id, count: 1 },
      )
      assert.deepEqual(await listAll(storage.edges, { side: 'in', node: ada.id }), [edge])
      const again = { outcome: 'already', to: ada.id, count: 1 }
      assert.deepEqual(await follow(storage, eve, ada), again)
      assert.deepEqual(await storage.edges.add({ ...edge, id: nextId() }), { outcome: 'already', count: 1 })
      assert.deepEqual(await listAll(storage.edges, { side: 'out', node: eve.id }), [edge])
      await assertAgreement(storage.edges, [ada.id, eve.id])
    },
  },
  {
    id: 'edges/follow-current-name',
    title: 'follow uses the current, exact name of an account',
    async run(storage) {
      const [ada, eve] = [await newUser(storage), await newUser(storage)]
      const before = ada.username ?? ''
      await storage.users.update(ada.id, { username: 'another-name' })
      for (const username of [before, 'ANOTHER-NAME', 'another-nam', '']) {
        const answer = await storage.edges.follow({ id: nextId(), from: eve.id, username })
        assert.deepEqual(answer, { outcome: 'gone', end: 'to' }, username)
      }
      const next = sampleUser({ username: before })
      await storage.users.create(next)
      assert.deepEqual(await follow(storage, eve, next), { outcome: 'added', to: next.id, count: 1 })
      assert.deepEqual(await countsOf(storage.edges, ada.id), { out: 0, in: 0 })
    },
  },
  {
    id: 'edges/follow-self',
    title: 'follow returns self if the name is that of the following account, and adds nothing',
    async run(storage) {
      const ada = await newUser(storage)
      assert.deepEqual(await follow(storage, ada, ada), { outcome: 'self' })
      await storage.edges.setHidden(ada.id, true, 5)
      assert.deepEqual(await follow(storage, ada, ada), { outcome: 'self' })
      await storage.users.update(ada.id, { bannedAt: later() })
      assert.deepEqual(await follow(storage, ada, ada), { outcome: 'gone', end: 'to' })
      assert.deepEqual(await countsOf(storage.edges, ada.id), { out: 0, in: 0 })
    },
  },
  {
    id: 'edges/follow-gone',
    title: 'follow is refused at an account that is deleted or banned, at both ends, and adds nothing',
    async run(storage) {
      for (const end of ['from', 'to'] as const) {
        const [ada, eve] = [await newUser(storage), await newUser(storage)]
        const gone = { outcome: 'gone', end }
        const { id } = end === 'to' ? ada : eve
        await storage.users.update(id, { bannedAt: later() })
        assert.deepEqual(await follow(storage, eve, ada), gone)
        await storage.users.update(id, { bannedAt: null })
        assert.equal((await follow(storage, eve, ada)).outcome, 'added')
        await storage.edges.remove({ kind: 'follow', from: eve.id, to: ada.id })
        await storage.users.markDeleted(id, later())
        assert.deepEqual(await follow(storage, eve, ada), gone)
        for (const node of [ada.id, eve.id])
          assert.deepEqual(await countsOf(storage.edges, node), { out: 0, in: 0 })
      }
    },
  },
  {
    id: 'edges/follow-while-hidden',
    title: 'a follow at a hidden end is hidden and not counted',
    async run(storage) {
      for (const hidden of ['from', 'to'] as const) {
        const [ada, eve] = [await newUser(storage), await newUser(storage)]
        const { id } = hidden === 'to' ? ada : eve
        await untilDone(5, (limit) => storage.edges.setHidden(id, true, limit))
        for (const outcome of ['added', 'already'])
          assert.deepEqual(await follow(storage, eve, ada), { outcome, to: ada.id, count: 0 })
        await untilDone(5, (limit) => storage.edges.setHidden(id, false, limit))
        assert.deepEqual(await countsOf(storage.edges, ada.id), { out: 0, in: 1 })
      }
    },
  },
  {
    id: 'edges/follow-add-race',
    title: 'of parallel follows and adds of one pair exactly one adds',
    async run(storage) {
      await repeat(3, async () => {
        const [ada, eve] = [await newUser(storage), await newUser(storage)]
        const edge = sampleEdge({ from: eve.id, to: ada.id })
        const outcomes = await race(24, async (index) => {
          if (index % 3) return (await follow(storage, eve, ada)).outcome
          return (await storage.edges.add({ ...edge, id: nextId() })).outcome
        })
        assert.equal(outcomes.filter((outcome) => outcome === 'added').length, 1)
        assert.equal(outcomes.filter((outcome) => outcome === 'already').length, 23)
        await assertAgreement(storage.edges, [ada.id, eve.id])
      })
    },
  },
  {
    id: 'edges/parallel-follows-one-account',
    title: 'of parallel follows of one account each returns a different count',
    async run(storage) {
      const ada = await newUser(storage)
      const readers = await race(20, () => newUser(storage))
      const answers = await race(20, (index) => follow(storage, readers[index] ?? ada, ada))
      const counts = answers.map((answer) => (answer.outcome === 'added' ? answer.count : 0))
      assert.deepEqual(
        counts.sort((a, b) => a - b),
        readers.map((_, index) => index + 1),
      )
      await assertAgreement(
        storage.edges,
        [ada, ...readers].map(({ id }) => id),
      )
    },
  },
  {
    id: 'edges/follow-drop-race',
    title: 'when the edges of a deleted account are dropped, no follow that began before leaves one behind',
    async run(storage) {
      await repeat(3, async () => {
        const ada = await newUser(storage)
        const readers = await race(12, () => newUser(storage))
        await Promise.all([
          race(readers.length, async (index) => {
            await turns(index % 4)
            return await follow(storage, readers[index] ?? ada, ada)
          }),
          turns(1)
            .then(() => storage.users.markDeleted(ada.id, later()))
            .then(() => untilDone(5, (limit) => storage.edges.drop(ada.id, limit))),
        ])
        assert.deepEqual(await listAll(storage.edges, { kind: 'follow', side: 'in', node: ada.id }), [])
        for (const { id } of readers) assert.deepEqual(await countsOf(storage.edges, id), { out: 0, in: 0 })
      })
    },
  },
]

async function newUser({ users }: SocialStores): Promise<UserRecord> {
  const user = sampleUser()
  await users.create(user)
  return user
}

function follow({ edges }: SocialStores, from: UserRecord, { username }: UserRecord): Promise<FollowResult> {
  return edges.follow({ id: nextId(), from: from.id, username: username ?? '' })
}
