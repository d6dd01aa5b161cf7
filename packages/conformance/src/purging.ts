import assert from 'node:assert/strict'
import type { Removal, UserStore } from '@kith/core/ports'
import type { Case } from './case.ts'
import { race, repeat } from './race.ts'
import { later, nextId } from './records.ts'

/** The part of a store that remembers what is marked as gone. */
export type PurgeStore = Pick<UserStore, 'toPurge' | 'purge'>

/** How the cases get at one kind of thing that is marked first and purged later. */
export interface Purging<Port> {
  /** What the names of the cases begin with. */
  subject: string
  storeOf(port: Port): PurgeStore
  /** Saves a live one with this id. */
  create(port: Port, id: string): Promise<void>
  mark(port: Port, id: string): Promise<unknown>
  isLive(port: Port, id: string): Promise<boolean>
}

/** What `toPurge` and `purge` promise of it. */
export function purgingCases<Port>(purging: Purging<Port>): readonly Case<Port>[] {
  const { subject, storeOf, create, mark, isLive } = purging

  /** Ids of things that are marked, in the order they were made. */
  async function marked(port: Port, count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, nextId)
    for (const id of ids) await create(port, id)
    for (const id of [...ids].reverse()) await mark(port, id)
    return ids
  }

  const cases: readonly Case<Port>[] = [
    {
      name: 'toPurge names what is marked and was never purged, and nothing that lives',
      async run(make) {
        const port = await make()
        const [live, gone] = [nextId(), nextId()]
        for (const id of [live, gone]) await create(port, id)
        assert.deepEqual(await storeOf(port).toPurge(later(), 10), [])
        await mark(port, gone)
        assert.deepEqual(await storeOf(port).toPurge(later(), 10), [{ id: gone, purged: false }])
      },
    },
    {
      name: 'toPurge names the oldest ids first of those that were never purged, at most `limit`',
      async run(make) {
        const port = await make()
        const expected = (await marked(port, 4)).map((id) => ({ id, purged: false }))
        assert.deepEqual(await storeOf(port).toPurge(later(), 10), expected)
        assert.deepEqual(await storeOf(port).toPurge(later(), 2), expected.slice(0, 2))
      },
    },
    {
      name: 'toPurge leaves out what is due later, and names it as purged from that very millisecond on',
      async run(make) {
        const port = await make()
        const [id = ''] = await marked(port, 1)
        await storeOf(port).purge(id, later(1501))
        for (const now of [later(), later(1500)]) assert.deepEqual(await storeOf(port).toPurge(now, 10), [])
        for (const now of [later(1501), later(9000)]) {
          assert.deepEqual(await storeOf(port).toPurge(now, 10), [{ id, purged: true }])
        }
      },
    },
    {
      name: 'toPurge names what was never purged before what is due again, of that what came due first, then the oldest ids',
      async run(make) {
        const port = await make()
        const ids = await marked(port, 6)
        const moments = [2000, 3000, null, 1000, 2000, null]
        for (const [index, moment] of moments.entries()) {
          if (moment !== null) await storeOf(port).purge(ids[index] ?? '', later(moment))
        }
        const expected = [2, 5, 3, 0, 4, 1].map((index) => ({
          id: ids[index],
          purged: moments[index] !== null,
        }))
        assert.deepEqual(await storeOf(port).toPurge(later(3000), 10), expected)
        for (const limit of [1, 2, 3, 4, 5]) {
          assert.deepEqual(await storeOf(port).toPurge(later(3000), limit), expected.slice(0, limit))
        }
        assert.deepEqual(await storeOf(port).toPurge(later(2999), 10), expected.slice(0, 5))
      },
    },
    {
      name: 'purge notes the moment it is told, as often as it is told, and keeps a copy of it',
      async run(make) {
        const port = await make()
        const [id = '', other] = await marked(port, 2)
        const moment = later(1000)
        for (let time = 0; time < 2; time++) await storeOf(port).purge(id, moment)
        moment.setTime(later(5000).getTime())
        const due: Removal[] = [
          { id: other ?? '', purged: false },
          { id, purged: true },
        ]
        assert.deepEqual(await storeOf(port).toPurge(later(1000), 10), due)
        await storeOf(port).purge(id, later(2000))
        assert.deepEqual(await storeOf(port).toPurge(later(1999), 10), due.slice(0, 1))
        assert.deepEqual(await storeOf(port).toPurge(later(2000), 10), due)
        assert.equal(await isLive(port, id), false)
      },
    },
    {
      name: 'purge with null removes the last trace, whether or not it was purged before; again it does nothing',
      async run(make) {
        const port = await make()
        const [fresh = '', due = '', other = ''] = await marked(port, 3)
        await storeOf(port).purge(due, later(1000))
        for (const id of [fresh, due, fresh, due]) await storeOf(port).purge(id, null)
        assert.deepEqual(await storeOf(port).toPurge(later(9000), 10), [{ id: other, purged: false }])
        await storeOf(port).purge(due, later(1000))
        assert.deepEqual(await storeOf(port).toPurge(later(9000), 10), [{ id: other, purged: false }])
      },
    },
    {
      name: 'purge of an unknown id does nothing',
      async run(make) {
        const port = await make()
        const [id = ''] = await marked(port, 1)
        for (const unknown of [nextId(), 'nothing']) {
          await storeOf(port).purge(unknown, later(1000))
          await storeOf(port).purge(unknown, null)
        }
        assert.deepEqual(await storeOf(port).toPurge(later(9000), 10), [{ id, purged: false }])
      },
    },
    {
      name: 'purge with a moment leaves a live one alone, and is not remembered when it is marked later',
      async run(make) {
        const port = await make()
        const id = nextId()
        await create(port, id)
        await storeOf(port).purge(id, later(1000))
        assert.equal(await isLive(port, id), true)
        assert.deepEqual(await storeOf(port).toPurge(later(9000), 10), [])
        await mark(port, id)
        assert.deepEqual(await storeOf(port).toPurge(later(), 10), [{ id, purged: false }])
      },
    },
    {
      name: 'purge with null leaves a live one alone',
      async run(make) {
        const port = await make()
        const id = nextId()
        await create(port, id)
        await storeOf(port).purge(id, null)
        assert.equal(await isLive(port, id), true)
      },
    },
    {
      name: 'of purges with a moment and one with null at once nothing stays behind',
      async run(make) {
        const port = await make()
        await repeat(5, async (round) => {
          const [id = ''] = await marked(port, 1)
          await race(6, (step) => storeOf(port).purge(id, step === round ? null : later(1000)))
          assert.deepEqual(await storeOf(port).toPurge(later(9000), 10), [])
        })
      },
    },
  ]
  return cases.map(({ name, run }) => ({ name: `${subject}: ${name}`, run }))
}
