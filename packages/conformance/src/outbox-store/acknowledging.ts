import assert from 'node:assert/strict'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { later, nextId } from '../records.ts'
import { happens, idsIn, idsOf, sampleClaim, type Queued, withEvents } from './events.ts'

/** What `acknowledge` and `postpone` promise. */
export const acknowledgingCases: readonly Case<Queued>[] = [
  {
    id: 'acknowledge',
    title: 'acknowledge removes those rows of that key and no others, and renews the lease',
    async run(stores) {
      const { outbox } = stores
      const [rows, others] = [await withEvents(stores, 3), await withEvents(stores, 2)]
      const { by } = await leaseAll(stores, later(5_000))
      const key = rows[0]?.key ?? ''
      const ids = [...idsOf(rows.slice(0, 1)), ...idsOf(others), nextId()]
      assert.equal(await outbox.acknowledge({ key, by, ids, now: later(), until: later(9_000) }), true)
      const over = sampleClaim({ now: later(8_999), until: later(8_999.5) })
      assert.deepEqual(idsIn(await outbox.claim(over)), idsOf(others))
      const free = sampleClaim({ now: later(9_000), until: later(1e9) })
      assert.deepEqual(idsIn(await outbox.claim(free)).sort(), idsOf([...rows.slice(1), ...others]).sort())
    },
  },
  {
    id: 'give-back',
    title: 'a released lease is free immediately, behind the waiting keys, and is no longer held',
    async run(stores) {
      const { outbox } = stores
      const rows = await withEvents(stores, 2)
      const { by } = await leaseAll(stores)
      const key = rows[0]?.key ?? ''
      const others = await withEvents(stores, 1)
      const receipt = { key, by, ids: idsOf(rows.slice(0, 1)), now: later(10), until: null }
      assert.equal(await outbox.acknowledge(receipt), true)
      assert.equal(await outbox.acknowledge({ ...receipt, ids: idsOf(rows) }), false)
      assert.equal(await outbox.postpone({ key, by, until: later(1e9) }), false)
      const one = { now: later(20), until: later(1e9), keys: 1 }
      assert.deepEqual(idsIn(await outbox.claim(sampleClaim(one))), idsOf(others))
      assert.deepEqual(idsIn(await outbox.claim(sampleClaim(one))), idsOf(rows.slice(1)))
    },
  },
  {
    id: 'lost-lease',
    title: 'if another claim has taken the key, acknowledge and postpone change nothing and report that',
    async run(stores) {
      const { outbox } = stores
      const rows = await withEvents(stores, 2)
      const key = rows[0]?.key ?? ''
      const lost = await leaseAll(stores, later(2_000))
      const holder = sampleClaim({ now: later(2_000), until: later(3_000) })
      assert.deepEqual(idsIn(await outbox.claim(holder)), idsOf(rows))
      const receipt = { key, by: lost.by, ids: idsOf(rows), now: later(), until: null }
      assert.equal(await outbox.acknowledge(receipt), false)
      assert.equal(await outbox.acknowledge({ ...receipt, until: later(1e9) }), false)
      assert.equal(await outbox.postpone({ key, by: lost.by, until: later(1e9) }), false)
      assert.deepEqual(await outbox.claim(sampleClaim({ now: later(2_999) })), [])
      const after = await outbox.claim(sampleClaim({ now: later(3_000) }))
      assert.deepEqual(after, [{ key, attempts: 0, rows }])
    },
  },
  {
    id: 'over-not-taken',
    title: 'an expired lease that no one else has taken still acknowledges; one with an unknown key does not',
    async run(stores) {
      const { outbox } = stores
      const rows = await withEvents(stores, 1)
      const { by } = await leaseAll(stores, later(1_001))
      const receipt = { key: rows[0]?.key ?? '', by, ids: idsOf(rows), now: later(1e8), until: null }
      assert.equal(await outbox.acknowledge({ ...receipt, key: nextId() }), false)
      assert.equal(await outbox.acknowledge(receipt), true)
      assert.deepEqual(await outbox.claim(sampleClaim({ now: later(1e9), until: later(2e9) })), [])
    },
  },
  {
    id: 'postpone',
    title: 'postpone blocks a key until then, and counts attempts until a row is acknowledged',
    async run(stores) {
      const { outbox } = stores
      const rows = await withEvents(stores, 3)
      const key = rows[0]?.key ?? ''
      let at = 1_000
      for (const attempts of [0, 1, 2]) {
        const claim = sampleClaim({ now: later(at), until: later(at + 500) })
        assert.deepEqual(await outbox.claim(claim), [{ key, attempts, rows }])
        const { by } = claim
        assert.equal(await outbox.postpone({ key, by, until: later(at + 1_000) }), true)
        assert.equal(await outbox.postpone({ key, by, until: later(at + 1_000) }), false)
        assert.equal(await outbox.acknowledge({ key, by, ids: [], now: later(at), until: null }), false)
        assert.deepEqual(await outbox.claim(sampleClaim({ now: later(at + 999) })), [])
        at += 1_000
      }
      for (const [index, until] of [later(at), null].entries()) {
        const claim = sampleClaim({ now: later(at), until: later(at + 500) })
        const [batch] = await outbox.claim(claim)
        assert.equal(batch?.attempts, index === 0 ? 3 : 0)
        const { by } = claim
        const receipt = { key, by, now: later(at), until: later(at + 500) }
        assert.equal(await outbox.acknowledge({ ...receipt, ids: [] }), true)
        assert.equal(
          await outbox.acknowledge({ ...receipt, ids: idsOf(batch.rows.slice(0, 1)), until }),
          true,
        )
      }
      const claim = sampleClaim({ now: later(at), until: later(at + 500) })
      assert.deepEqual(await outbox.claim(claim), [{ key, attempts: 0, rows: rows.slice(2) }])
    },
  },
  {
    id: 'give-back-keeps-attempts',
    title: 'a lease that is released without a handled row keeps its attempts',
    async run(stores) {
      const { outbox } = stores
      const rows = await withEvents(stores, 1)
      const key = rows[0]?.key ?? ''
      const first = await leaseAll(stores)
      await outbox.postpone({ key, by: first.by, until: later(1_000) })
      const second = await leaseAll(stores)
      await outbox.acknowledge({ key, by: second.by, ids: [], now: later(), until: null })
      assert.deepEqual(await outbox.claim(sampleClaim()), [{ key, attempts: 1, rows }])
    },
  },
  {
    id: 'added-beside-acknowledgement',
    title: 'a row that is stored while the last one is acknowledged is not lost',
    async run(stores) {
      const { outbox } = stores
      await repeat(5, async (round) => {
        const [first] = await withEvents(stores, 1)
        const key = first?.key ?? ''
        const { by } = await leaseAll(stores, later(1e9 + round))
        const receipt = { key, by, ids: [first?.id ?? ''], now: later(), until: null }
        const [added] = await Promise.all([
          race(5, () => happens(stores, key)),
          round % 2 === 0 ? outbox.acknowledge(receipt) : null,
        ])
        if (round % 2) await outbox.acknowledge(receipt)
        const found = await outbox.claim(sampleClaim({ until: later(1e9 + round) }))
        assert.deepEqual(idsIn(found).sort(), idsOf(added).sort())
      })
    },
  },
  {
    id: 'parallel-acknowledgements',
    title: 'of a process that lost its lease and the one that has it only the latter removes a row',
    async run(stores) {
      const { outbox } = stores
      await repeat(5, async (round) => {
        const rows = await withEvents(stores, 3)
        const key = rows[0]?.key ?? ''
        const lost = await leaseAll(stores, later(1_500))
        const holder = sampleClaim({ now: later(1_500), until: later(1e9 + round) })
        const answers = await Promise.all([
          outbox.claim(holder),
          outbox.acknowledge({
            key,
            by: lost.by,
            ids: idsOf(rows.slice(0, 1)),
            now: later(),
            until: later(1_500),
          }),
        ])
        const left = idsOf(answers[1] ? rows.slice(1) : rows)
        const [batch] = answers[0]
        assert.ok(batch, 'the key was free')
        // Whichever was first, the holder can remove exactly the rows it was given.
        assert.deepEqual(idsOf(batch.rows).slice(-left.length), left)
        const receipt = { key, by: holder.by, ids: idsOf(batch.rows), now: later(), until: null }
        assert.equal(await outbox.acknowledge(receipt), true)
      })
      assert.deepEqual(await outbox.backlog(10), { count: 0, oldestAt: null })
    },
  },
]

/** Leases all keys that are free. */
async function leaseAll({ outbox }: Queued, until = later(61_000)): Promise<{ by: string }> {
  const claim = sampleClaim({ until })
  await outbox.claim(claim)
  return claim
}
