import type { Broken } from '../../../test/flaws.ts'
import type { Purging, PurgeStore } from '../src/purging.ts'

/** More than any case marks. */
export const everyone = 1000

/** What a flaw in purging needs to reach of a store. */
export interface PurgingFlawTools<Port> extends Pick<Purging<Port>, 'subject' | 'storeOf' | 'mark'> {
  /** The flawed port: with other verbs of purging, and with a look at each id that is created. */
  breaking(port: Port, verbs: Partial<PurgeStore>, created?: (id: string) => void): Partial<Port>
}

/** Flaws in `toPurge` and `purge`. */
export function purgingFlaws<Port>(tools: PurgingFlawTools<Port>): readonly Broken<Port>[] {
  const { subject, storeOf, mark, breaking } = tools
  const flaws: readonly Broken<Port>[] = [
    {
      flaw: 'names a live one to be purged when there is none',
      breaking(port) {
        let newest = ''
        const { toPurge } = storeOf(port)
        const verbs: Partial<PurgeStore> = {
          async toPurge(limit) {
            const marked = await toPurge(limit)
            return marked.length > 0 ? marked : [newest]
          },
        }
        return breaking(port, verbs, (id) => (newest = id))
      },
      fails: [
        'toPurge names what is marked, and nothing that lives',
        'purge leaves a live one alone, and is not remembered when it is marked later',
      ],
    },
    {
      flaw: 'names the newest first',
      breaking(port) {
        const { toPurge } = storeOf(port)
        return breaking(port, {
          toPurge: async (limit) => (await toPurge(everyone)).reverse().slice(0, limit),
        })
      },
      fails: [
        'toPurge names the oldest ids first, at most `limit`',
        'purge removes the last trace; again, or of an unknown id, it does nothing',
      ],
    },
    {
      flaw: 'names more to be purged than asked for',
      breaking(port) {
        const { toPurge } = storeOf(port)
        return breaking(port, { toPurge: (limit) => toPurge(limit + 1) })
      },
      fails: ['toPurge names the oldest ids first, at most `limit`'],
    },
    {
      flaw: 'keeps the trace of the oldest',
      breaking(port) {
        const { purge, toPurge } = storeOf(port)
        return breaking(port, {
          async purge(id) {
            if ((await toPurge(1))[0] !== id) await purge(id)
          },
        })
      },
      fails: ['purge removes the last trace; again, or of an unknown id, it does nothing'],
    },
    {
      flaw: 'remembers what it purged before it was marked',
      breaking(port) {
        const { purge, toPurge } = storeOf(port)
        const purged = new Set<string>()
        return breaking(port, {
          async purge(id) {
            purged.add(id)
            await purge(id)
          },
          toPurge: async (limit) => (await toPurge(limit)).filter((id) => !purged.has(id)),
        })
      },
      fails: ['purge leaves a live one alone, and is not remembered when it is marked later'],
    },
    {
      flaw: 'purges live ones',
      breaking(port) {
        const { purge } = storeOf(port)
        return breaking(port, {
          async purge(id) {
            await mark(port, id)
            await purge(id)
          },
        })
      },
      fails: ['purge leaves a live one alone, and is not remembered when it is marked later'],
    },
  ]
  return flaws.map((each) => ({ ...each, fails: each.fails.map((name) => `${subject}: ${name}`) }))
}
