import { setImmediate as gap } from 'node:timers/promises'
import type { Removal } from '@kith/core/ports'
import type { Broken } from '../../../test/flaws.ts'
import type { Purging, PurgeStore } from '../src/purging.ts'

/** A moment at which all that is marked is due. */
export const longAfter: Date = new Date(8e15)

/** What a flaw in purging needs to reach of a store. */
export interface PurgingFlawTools<Port> extends Pick<
  Purging<Port>,
  'subject' | 'storeOf' | 'create' | 'mark'
> {
  /** The flawed port: with other verbs of purging, and with a look at each id that is created. */
  breaking(port: Port, verbs: Partial<PurgeStore>, created?: (id: string) => void): Partial<Port>
}

/** Flaws in `toPurge` and `purge`. */
export function purgingFlaws<Port>(tools: PurgingFlawTools<Port>): readonly Broken<Port>[] {
  const { subject, storeOf, create, mark, breaking } = tools

  /** A flaw in what is named: a list is made from all that is marked. */
  function named(choose: (all: Removal[], due: Removal[], limit: number) => Removal[]) {
    return (port: Port): Partial<Port> => {
      const { toPurge } = storeOf(port)
      return breaking(port, {
        toPurge: async (now, limit) =>
          choose(await toPurge(longAfter, 1000), await toPurge(now, 1000), limit).slice(0, limit),
      })
    }
  }

  const flaws: readonly Broken<Port>[] = [
    {
      flaw: 'names a live one to be purged when there is none',
      breaking(port) {
        let newest = ''
        const { toPurge } = storeOf(port)
        const verbs: Partial<PurgeStore> = {
          async toPurge(now, limit) {
            const all = await toPurge(longAfter, limit)
            return all.length > 0 ? await toPurge(now, limit) : [{ id: newest, purged: false }]
          },
        }
        return breaking(port, verbs, (id) => (newest = id))
      },
      fails: [
        'toPurge names what is marked and was never purged, and nothing that lives',
        'purge with a moment leaves a live one alone, and is not remembered when it is marked later',
        'of purges with a moment and one with null at once nothing stays behind',
      ],
    },
    {
      flaw: 'names the newest of those never purged first',
      breaking: named((_, due) => [
        ...due.filter(({ purged }) => !purged).reverse(),
        ...due.filter(({ purged }) => purged),
      ]),
      fails: [
        'toPurge names the oldest ids first of those that were never purged, at most `limit`',
        'toPurge names what was never purged before what is due again, of that what came due first, then the oldest ids',
      ],
    },
    {
      flaw: 'names more to be purged than asked for',
      breaking(port) {
        const { toPurge } = storeOf(port)
        return breaking(port, { toPurge: (now, limit) => toPurge(now, limit + 1) })
      },
      fails: [
        'toPurge names the oldest ids first of those that were never purged, at most `limit`',
        'toPurge names what was never purged before what is due again, of that what came due first, then the oldest ids',
      ],
    },
    {
      flaw: 'names what is due a millisecond later',
      breaking(port) {
        const { toPurge } = storeOf(port)
        return breaking(port, { toPurge: (now, limit) => toPurge(new Date(now.getTime() + 1), limit) })
      },
      fails: [
        'toPurge leaves out what is due later, and names it as purged from that very millisecond on',
        'toPurge names what was never purged before what is due again, of that what came due first, then the oldest ids',
        'purge notes the moment it is told, as often as it is told, and keeps a copy of it',
      ],
    },
    {
      flaw: 'forgets that it was purged once',
      breaking: named((_, due) => due.map(({ id }) => ({ id, purged: false }))),
      fails: [
        'toPurge leaves out what is due later, and names it as purged from that very millisecond on',
        'toPurge names what was never purged before what is due again, of that what came due first, then the oldest ids',
        'purge notes the moment it is told, as often as it is told, and keeps a copy of it',
      ],
    },
    {
      flaw: 'names what is due by id alone',
      breaking: named((_, due) => due.sort((one, other) => (one.id < other.id ? -1 : 1))),
      fails: [
        'toPurge names what was never purged before what is due again, of that what came due first, then the oldest ids',
        'purge notes the moment it is told, as often as it is told, and keeps a copy of it',
      ],
    },
    {
      flaw: 'notes a moment once only',
      breaking(port) {
        const { purge } = storeOf(port)
        const noted = new Set<string>()
        return breaking(port, {
          async purge(id, again) {
            if (again === null || !noted.has(id)) await purge(id, again)
            noted.add(id)
          },
        })
      },
      fails: ['purge notes the moment it is told, as often as it is told, and keeps a copy of it'],
    },
    {
      flaw: 'keeps the moment it was told',
      breaking(port) {
        const { purge, toPurge } = storeOf(port)
        const told = new Map<string, Date>()
        return breaking(port, {
          async purge(id, again) {
            if (again) told.set(id, again)
            await purge(id, again)
          },
          toPurge: async (now, limit) =>
            (await toPurge(now, limit)).filter(({ id, purged }) => !purged || (told.get(id) ?? now) <= now),
        })
      },
      fails: ['purge notes the moment it is told, as often as it is told, and keeps a copy of it'],
    },
    {
      flaw: 'removes no trace of what was purged before',
      breaking(port) {
        const { purge } = storeOf(port)
        const noted = new Set<string>()
        return breaking(port, {
          async purge(id, again) {
            if (again) noted.add(id)
            else if (noted.has(id)) return
            await purge(id, again)
          },
        })
      },
      fails: [
        'purge with null removes the last trace, whether or not it was purged before; again it does nothing',
        'of purges with a moment and one with null at once nothing stays behind',
      ],
    },
    {
      flaw: 'remembers to purge what it never knew',
      breaking(port) {
        const { purge, toPurge } = storeOf(port)
        const [known, unknown] = [new Set<string>(), new Set<string>()]
        const verbs: PurgeStore = {
          async purge(id, again) {
            if (again && !known.has(id)) unknown.add(id)
            await purge(id, again)
          },
          toPurge: async (now, limit) => [
            ...(await toPurge(now, limit)),
            ...[...unknown].map((id) => ({ id, purged: true })),
          ],
        }
        return breaking(port, verbs, (id) => known.add(id))
      },
      fails: ['purge of an unknown id does nothing'],
    },
    {
      flaw: 'notes on a live one that it was purged',
      breaking(port) {
        const { purge, toPurge } = storeOf(port)
        const live = new Set<string>()
        const noted = new Set<string>()
        const verbs: PurgeStore = {
          async purge(id, again) {
            if (again && live.has(id)) noted.add(id)
            await purge(id, again)
          },
          async toPurge(now, limit) {
            const due = await toPurge(now, limit)
            for (const { id } of due) live.delete(id)
            return due.map(({ id, purged }) => ({ id, purged: purged || noted.has(id) }))
          },
        }
        return breaking(port, verbs, (id) => live.add(id))
      },
      fails: ['purge with a moment leaves a live one alone, and is not remembered when it is marked later'],
    },
    {
      flaw: 'purges live ones',
      breaking(port) {
        const { purge } = storeOf(port)
        return breaking(port, {
          async purge(id, again) {
            if (again === null) await mark(port, id)
            await purge(id, again)
          },
        })
      },
      fails: ['purge with null leaves a live one alone'],
    },
    {
      flaw: 'looks what is marked first and writes its moment later',
      breaking(port) {
        const { purge, toPurge } = storeOf(port)
        return breaking(port, {
          async purge(id, again) {
            const before = await toPurge(longAfter, 1000)
            await gap()
            if (again && before.some((removal) => removal.id === id)) {
              await create(port, id).catch(() => {})
              await mark(port, id)
            }
            await purge(id, again)
          },
        })
      },
      fails: ['of purges with a moment and one with null at once nothing stays behind'],
    },
  ]
  return flaws.map((each) => ({
    ...each,
    fails: each.fails.map((name) => `${subject}: ${name}`),
  }))
}
