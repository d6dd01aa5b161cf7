import assert from 'node:assert/strict'
import type { Case } from '../case.ts'
import { race, repeat, turns } from '../race.ts'
import { later } from '../records.ts'
import { born, happens, idsIn, idsOf, sampleClaim, sampleRow, type Queued, withEvents } from './events.ts'

/** What `claim` promises. */
export const claimingCases: readonly Case<Queued>[] = [
  {
    id: 'order',
    title:
      'rows of a key come in the order of their causes, as many as are wanted, and the next when those are gone',
    async run(stores) {
      const { outbox } = stores
      const rows = await withEvents(stores, 7)
      const key = rows[0]?.key ?? ''
      for (const [from, to] of [
        [0, 3],
        [3, 6],
        [6, 7],
      ] as const) {
        const claim = sampleClaim({ rows: 3 })
        const expected = rows.slice(from, to)
        assert.deepEqual(await outbox.claim(claim), [{ key, attempts: 0, rows: expected }])
        await outbox.acknowledge({ key, by: claim.by, ids: idsOf(expected), now: later(), until: null })
      }
      assert.deepEqual(await outbox.claim(sampleClaim()), [])
    },
  },
  {
    id: 'parallel-causes',
    title: 'of 20 parallel changes of an account the last row is that of the change that holds',
    async run(stores) {
      await repeat(3, async () => {
        const key = await born(stores)
        const rows = await race(20, () => happens(stores, key))
        const claim = sampleClaim()
        const [batch] = await stores.outbox.claim(claim)
        assert.deepEqual(batch?.rows.map(({ id }) => id).sort(), idsOf(rows).sort())
        assert.equal((await stores.users.byId(key))?.bio, batch?.rows.at(-1)?.id)
      })
    },
  },
  {
    id: 'parallel-claims',
    title: 'of 20 parallel claims each key goes to one, with all of its rows',
    async run(stores) {
      await repeat(3, async (round) => {
        const all = await Promise.all(Array.from({ length: 12 }, () => withEvents(stores, 2)))
        const claims = await race(20, async (index) => {
          await turns(index % 3)
          return await stores.outbox.claim(sampleClaim({ keys: 1 + (index % 2), until: later(1e9 + round) }))
        })
        const batches = claims.flat()
        assert.equal(batches.length, all.length, 'each key is leased, and once')
        for (const { key, rows } of batches)
          assert.deepEqual(
            rows,
            all.find(([row]) => row?.key === key),
          )
      })
    },
  },
  {
    id: 'lease',
    title:
      'a leased key is exclusive until its lease ends, although its rows were not handled; others are free',
    async run(stores) {
      const { outbox } = stores
      const rows = await withEvents(stores, 2)
      assert.deepEqual(
        idsIn(await outbox.claim(sampleClaim({ now: later(), until: later(5_000) }))),
        idsOf(rows),
      )
      rows.push(await happens(stores, rows[0]?.key ?? ''))
      const others = await withEvents(stores, 1)
      const meanwhile = sampleClaim({ now: later(4_999), until: later(1e9) })
      assert.deepEqual(idsIn(await outbox.claim(meanwhile)), idsOf(others))
      assert.deepEqual(idsIn(await outbox.claim(sampleClaim({ now: later(5_000) }))), idsOf(rows))
    },
  },
  {
    id: 'clock-behind',
    title: 'a row is returned even by a clock that is behind that of its cause',
    async run(stores) {
      const rows = await withEvents(stores, 1)
      const claim = sampleClaim({ now: later(-1e9), until: later(-1e9 + 60_000) })
      assert.deepEqual(idsIn(await stores.outbox.claim(claim)), idsOf(rows))
    },
  },
  {
    id: 'longest-first',
    title:
      'keys that waited longest come first, and those whose lease has expired before them, at most as many as requested',
    async run(stores) {
      const { outbox } = stores
      const left = await withEvents(stores, 1)
      await outbox.claim(sampleClaim({ now: later(), until: later(10) }))
      const keys = await Promise.all(Array.from({ length: 4 }, () => born(stores)))
      const rows = []
      for (const [index, place] of [2, 0, 3, 1].entries())
        rows.push(await happens(stores, keys[place] ?? '', { at: later(20 + index) }))
      const expected = idsOf([...left, ...rows])
      for (const [from, to] of [
        [0, 2],
        [2, 4],
        [4, 5],
      ] as const) {
        const batches = await outbox.claim(sampleClaim({ keys: 2, until: later(1e9) }))
        assert.deepEqual(idsIn(batches), expected.slice(from, to))
      }
      assert.deepEqual(await outbox.claim(sampleClaim({ keys: 2 })), [])
    },
  },
  {
    id: 'backlog',
    title: 'backlog counts waiting rows, leased or not, up to its limit, and since when the oldest waits',
    async run(stores) {
      const { outbox } = stores
      assert.deepEqual(await outbox.backlog(10), { count: 0, oldestAt: null })
      const [first] = await withEvents(stores, 3)
      const other = await born(stores)
      for (const millis of [10, 11]) await happens(stores, other, { at: later(millis) })
      assert.deepEqual(await outbox.backlog(10), { count: 5, oldestAt: first?.at })
      assert.deepEqual(await outbox.backlog(4), { count: 4, oldestAt: first?.at })
      const claim = sampleClaim()
      for (const { key, rows } of await outbox.claim(claim)) {
        if (key !== first?.key) continue
        const ids = idsOf(rows.slice(0, 1))
        await outbox.acknowledge({ key, by: claim.by, ids, now: later(), until: claim.until })
      }
      assert.deepEqual(await outbox.backlog(10), { count: 4, oldestAt: later(1) })
    },
  },
  {
    id: 'rows-of-several',
    title: 'rows of several keys that one change stores go each to its own',
    async run(stores) {
      const rows = [sampleRow(stores.queue), sampleRow(stores.queue)]
      await stores.users.update(await born(stores), {}, undefined, () => rows)
      const batches = await stores.outbox.claim(sampleClaim())
      assert.deepEqual(batches.map(({ key }) => key).sort(), rows.map(({ key }) => key).sort())
      for (const { key, rows: found } of batches)
        assert.deepEqual(
          found,
          rows.filter((row) => row.key === key),
        )
    },
  },
]
