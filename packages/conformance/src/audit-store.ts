import assert from 'node:assert/strict'
import type { OutboxRow, Storage } from '@kith/core/ports'
import type { Case } from './case.ts'
import {
  born,
  idsOf,
  rowsOfBoth,
  sampleRow,
  type TellingStores,
  waitingInBoth,
} from './outbox-store/events.ts'
import { tellings } from './outbox-store/tellings.ts'
import { race } from './race.ts'
import { difficultTexts, later, nextId } from './records.ts'

type AuditedStores = TellingStores & Pick<Storage, 'audit' | 'outbox' | 'messages'>

const everything = { limit: 1_000, before: null }

/** The promises of `AuditStore`. The verbs of the other stores store its rows, so the cases need all of one storage. */
export const auditStoreCases: readonly Case<AuditedStores>[] = [
  {
    id: 'audit/stored-with-change',
    title: 'each verb stores the entries of its change once, and none where it changes nothing',
    async run(stores) {
      const stored: OutboxRow[] = []
      for (const [verb, prepare] of Object.entries(tellings)) {
        const tell = await prepare(stores)
        const rows = [sampleRow('audit'), sampleRow('audit', { name: 'session.revoked', at: later(-1) })]
        await tell(() => rows)
        stored.unshift(...rows.toReversed())
        assert.deepEqual(await stores.audit.list(null, everything), stored, `${verb} stores what it is given`)
        await tell(() => [sampleRow('audit')])
        assert.deepEqual(await stores.audit.list(null, everything), stored, `${verb} changes nothing`)
      }
    },
  },
  {
    id: 'audit/beside-queues',
    title: 'a change stores rows of both queues and of the audit log, each in its place, also of one account',
    async run(stores) {
      const { users, outbox, messages, audit } = stores
      const key = await born(stores)
      const [entry, waiting] = [sampleRow('audit', { key }), rowsOfBoth().map((row) => ({ ...row, key }))]
      await users.update(key, {}, undefined, () => [entry, ...waiting])
      assert.deepEqual(await waitingInBoth({ outbox, messages }), waiting)
      assert.deepEqual(await audit.list(null, everything), [entry])
      await users.update(key, {}, undefined, () => rowsOfBoth())
      assert.deepEqual(await audit.list(null, everything), [entry])
      await waitingInBoth({ outbox, messages })
      const alone = sampleRow('audit', { key })
      await users.update(key, {}, undefined, () => [alone])
      assert.deepEqual(await waitingInBoth({ outbox, messages }), [])
      assert.deepEqual(await audit.list(key, everything), [alone, entry])
    },
  },
  {
    id: 'audit/order',
    title: 'list gives the newest id first, whenever it was stored: of one account, or of all',
    async run(stores) {
      const rows = await entries(stores, ['one', 'other', 'one', 'other', 'one'])
      const newest = rows.toReversed()
      assert.deepEqual(await stores.audit.list(null, everything), newest)
      for (const key of new Set(rows.map((row) => row.key))) {
        const own = newest.filter((row) => row.key === key)
        assert.deepEqual(await stores.audit.list(key, everything), own)
      }
      assert.deepEqual(await stores.audit.list(nextId(), everything), [])
    },
  },
  {
    id: 'audit/pages',
    title: 'list gives at most `limit` rows, whose ids sort before `before`, that of a row or of none',
    async run(stores) {
      const { audit } = stores
      const [first, second, third, fourth, fifth] = await entries(stores, [
        'one',
        'other',
        'one',
        'one',
        'one',
      ])
      assert.ok(first && second && third && fourth && fifth)
      const { key } = first
      assert.deepEqual(await audit.list(key, { limit: 2, before: null }), [fifth, fourth])
      assert.deepEqual(await audit.list(key, { limit: 2, before: fourth.id }), [third, first])
      assert.deepEqual(await audit.list(key, { limit: 2, before: second.id }), [first])
      assert.deepEqual(await audit.list(key, { limit: 2, before: first.id }), [])
      assert.deepEqual(await audit.list(null, { limit: 2, before: fourth.id }), [third, second])
      assert.deepEqual(await audit.list(null, { limit: 9, before: nextId() }), [
        fifth,
        fourth,
        third,
        second,
        first,
      ])
    },
  },
  {
    id: 'audit/deleted-account',
    title: 'the entries of an account stay when it is deleted and cleared away',
    async run(stores) {
      const { users, audit } = stores
      const key = await born(stores)
      const [before, last] = [sampleRow('audit', { key }), sampleRow('audit', { key })]
      await users.update(key, {}, undefined, () => [before])
      await users.markDeleted(key, later(), null, () => [last])
      await users.purge(key)
      assert.deepEqual(await audit.list(key, everything), [last, before])
    },
  },
  {
    id: 'audit/purge',
    title: 'purgeBefore removes entries that are older, by their time and not their id, of every account',
    async run(stores) {
      const { audit } = stores
      const rows = await entries(stores, ['one', 'other', 'one'], [5, 3, 4])
      assert.equal(await audit.purgeBefore(later(3), 10), 0)
      assert.deepEqual(idsOf(await audit.list(null, everything)), idsOf(rows.toReversed()))
      assert.equal(await audit.purgeBefore(later(5), 10), 2)
      assert.deepEqual(await audit.list(null, everything), rows.slice(0, 1))
      assert.equal(await audit.purgeBefore(later(5), 10), 0)
    },
  },
  {
    id: 'audit/purge-limit',
    title: 'purgeBefore removes at most `limit` and resolves to how many; parallel calls count each once',
    async run(stores) {
      const { audit } = stores
      const row = (
        await entries(
          stores,
          Array.from({ length: 21 }, () => 'one'),
          [0],
        )
      ).at(-1)
      assert.equal(await audit.purgeBefore(later(1), 1), 1)
      assert.equal((await audit.list(null, everything)).length, 20)
      assert.equal(await audit.purgeBefore(later(1), 4), 4)
      const removed = await race(20, () => audit.purgeBefore(later(1), 3))
      assert.ok(removed.every((count) => count <= 3))
      const left = await audit.list(row?.key ?? '', everything)
      assert.equal(
        removed.reduce((all, count) => all + count, left.length),
        16,
      )
    },
  },
  {
    id: 'audit/parallel-causes',
    title:
      'of 20 parallel changes of an account, and of 20 parallel deletions, each that is made has its entry',
    async run(stores) {
      const { users, audit } = stores
      const key = await born(stores)
      const changes = Array.from({ length: 20 }, () => sampleRow('audit', { key }))
      await race(20, (index) =>
        users.update(key, { bio: `${index}` }, undefined, () => [changes[index] ?? never()]),
      )
      assert.deepEqual(await audit.list(key, everything), changes.toReversed())
      const deletions = Array.from({ length: 20 }, () => sampleRow('audit', { key }))
      const made = await race(20, (index) =>
        users.markDeleted(key, later(), null, () => [deletions[index] ?? never()]),
      )
      const [last, ...others] = deletions.filter((_, index) => made[index] !== null)
      assert.deepEqual(others, [])
      assert.deepEqual(await audit.list(key, everything), [last, ...changes.toReversed()])
    },
  },
  {
    id: 'audit/copies',
    title: 'changes to arguments and results do not affect what is stored',
    async run({ users, audit }) {
      const key = await born({ users })
      const given = sampleRow('audit', { key })
      const row = structuredClone(given)
      await users.update(key, {}, undefined, () => [given])
      given.at.setTime(0)
      for (const answer of await audit.list(key, everything)) {
        answer.at.setTime(0)
        answer.name = 'changed'
      }
      assert.deepEqual(await audit.list(key, everything), [row])
    },
  },
  {
    id: 'audit/texts',
    title: 'what an entry holds comes back as it went in',
    async run({ users, audit }) {
      const key = await born({ users })
      const rows = difficultTexts.map((payload) => sampleRow('audit', { key, payload, at: later(7) }))
      for (const row of rows) await users.update(key, {}, undefined, () => [row])
      assert.deepEqual(await audit.list(key, everything), rows.toReversed())
    },
  },
]

function never(): never {
  throw new RangeError('no such row')
}

/**
 * Makes changes to accounts, with these names, store an entry each, the last one first; `times` is used cyclically.
 * Returns them by id.
 */
async function entries(
  stores: AuditedStores,
  names: readonly string[],
  times: readonly number[] = [0],
): Promise<OutboxRow[]> {
  const keys = new Map<string, string>()
  for (const name of new Set(names)) keys.set(name, await born(stores))
  const rows = names.map((name, index) =>
    sampleRow('audit', { key: keys.get(name) ?? '', at: later(times[index % times.length]) }),
  )
  for (const row of rows.toReversed()) await stores.users.update(row.key, {}, undefined, () => [row])
  return rows
}
