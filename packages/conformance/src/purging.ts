import assert from 'node:assert/strict'
import type { UserStore } from '@kith/core/ports'
import type { Case } from './case.ts'
import { race } from './race.ts'
import { nextId } from './records.ts'

/** The part of a store that remembers records marked as gone. */
type PurgeStore = Pick<UserStore, 'toPurge' | 'purge'>

/** How the cases access one kind of record that is marked first and purged later. */
export interface Purging<Port> {
  /** The prefix of the ids of the cases. */
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

  /** Ids of marked records, in the order they were created. */
  async function marked(port: Port, count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, nextId)
    for (const id of ids) await create(port, id)
    for (const id of [...ids].reverse()) await mark(port, id)
    return ids
  }

  const cases: readonly Case<Port>[] = [
    {
      id: 'to-purge-marked',
      title: 'toPurge names marked records, and no live ones',
      async run(port) {
        const [live, gone] = [nextId(), nextId()]
        for (const id of [live, gone]) await create(port, id)
        assert.deepEqual(await storeOf(port).toPurge(10), [])
        await mark(port, gone)
        assert.deepEqual(await storeOf(port).toPurge(10), [gone])
      },
    },
    {
      id: 'to-purge-oldest-first',
      title: 'toPurge names the oldest ids first, at most `limit`',
      async run(port) {
        const ids = await marked(port, 4)
        assert.deepEqual(await storeOf(port).toPurge(10), ids)
        assert.deepEqual(await storeOf(port).toPurge(2), ids.slice(0, 2))
      },
    },
    {
      id: 'purge-last-trace',
      title: 'purge removes the last trace, is idempotent, and ignores unknown ids',
      async run(port) {
        const [first = '', second = '', other = ''] = await marked(port, 3)
        for (const id of [second, nextId(), 'nothing', second]) await storeOf(port).purge(id)
        assert.deepEqual(await storeOf(port).toPurge(10), [first, other])
        await race(5, () => storeOf(port).purge(first))
        assert.deepEqual(await storeOf(port).toPurge(10), [other])
        assert.equal(await isLive(port, second), false)
      },
    },
    {
      id: 'purge-leaves-live',
      title: 'purge ignores a live record, and has no effect when it is marked later',
      async run(port) {
        const id = nextId()
        await create(port, id)
        await storeOf(port).purge(id)
        assert.equal(await isLive(port, id), true)
        assert.deepEqual(await storeOf(port).toPurge(10), [])
        await mark(port, id)
        assert.deepEqual(await storeOf(port).toPurge(10), [id])
      },
    },
  ]
  return cases.map((each) => ({ ...each, id: `${subject}/${each.id}` }))
}
