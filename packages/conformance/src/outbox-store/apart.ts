import assert from 'node:assert/strict'
import type { Storage } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { later } from '../records.ts'
import { born, sampleClaim, sampleRow } from './events.ts'

/** What the two queues promise about each other. */
export const apartCases: readonly Case<Pick<Storage, 'users' | 'outbox' | 'messages'>>[] = [
  {
    id: 'queues/apart',
    title:
      'what is stored, leased, postponed or handled in one queue never shows in the other, for the same account',
    async run({ users, outbox, messages }) {
      for (const [one, other, names] of [
        [outbox, messages, ['events', 'messages']],
        [messages, outbox, ['messages', 'events']],
      ] as const) {
        const key = await born({ users })
        const [first, second] = names.map((queue) =>
          sampleRow(queue, { key, at: later(names.indexOf(queue)) }),
        )
        assert.ok(first && second)
        await users.update(key, {}, undefined, () => [first])
        assert.deepEqual(await other.backlog(10), { count: 0, oldestAt: null })
        assert.deepEqual(await other.claim(sampleClaim()), [])
        await users.update(key, {}, undefined, () => [second])
        assert.deepEqual(await one.backlog(10), { count: 1, oldestAt: first.at })
        const claim = sampleClaim()
        assert.deepEqual(await one.claim(claim), [{ key, attempts: 0, rows: [first] }])
        const receipt = { key, by: claim.by, ids: [first.id, second.id], now: later(), until: null }
        assert.equal(await other.acknowledge(receipt), false)
        assert.equal(await other.postpone({ key, by: claim.by, until: later(1e9) }), false)
        assert.equal(await one.postpone({ key, by: claim.by, until: later(1e9) }), true)
        const free = sampleClaim()
        assert.deepEqual(await other.claim(free), [{ key, attempts: 0, rows: [second] }])
        const late = sampleClaim({ now: later(1e9), until: later(2e9) })
        await one.claim(late)
        assert.equal(await one.acknowledge({ ...receipt, by: late.by }), true)
        assert.deepEqual(await one.backlog(10), { count: 0, oldestAt: null })
        assert.deepEqual(await other.backlog(10), { count: 1, oldestAt: second.at })
        assert.equal(await other.acknowledge({ ...receipt, by: free.by }), true)
        assert.deepEqual(await other.backlog(10), { count: 0, oldestAt: null })
      }
    },
  },
]
