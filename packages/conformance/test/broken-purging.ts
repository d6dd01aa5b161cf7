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
      fails: ['to-purge-marked', 'purge-leaves-live'],
    },
    {
      flaw: 'names the newest first',
      breaking(port) {
        const { toPurge } = storeOf(port)
        return breaking(port, {
          toPurge: async (limit) => (await toPurge(everyone)).reverse().slice(0, limit),
        })
      },
      fails: ['to-purge-oldest-first', 'purge-last-trace'],
    },
    {
      flaw: 'names more to be purged than asked for',
      breaking(port) {
        const { toPurge } = storeOf(port)
        return breaking(port, { toPurge: (limit) => toPurge(limit + 1) })
      },
      fails: ['to-purge-oldest-first'],
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
      fails: ['purge-last-trace'],
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
      fails: ['purge-leaves-live'],
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
      fails: ['purge-leaves-live'],
    },
  ]
  return flaws.map((each) => ({ ...each, fails: each.fails.map((name) => `${subject}/${name}`) }))
}
