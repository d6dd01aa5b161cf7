import type { EdgeRecord, Storage } from '@kith/core/ports'
import { expect, test, vi } from 'vitest'
import { sampleEdge, untilDone } from '../../../test/kit-samples.ts'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { audit } from '../test/audit.ts'
import { useStorages } from '../test/emptied-storage.ts'
import { type Collections, collectionsOf } from './collections.ts'
import type { Call } from './connection.ts'
import { edgeSteps } from './edge-steps.ts'

// The server that most run it on takes its time.
vi.setConfig({ testTimeout: 120_000 })

const unlimited = { waitingFor: 'storage-unavailable', check: () => {} } as const

interface Trial {
  end: 'from' | 'to'
  /** Whether the end is hidden in between, or shown. */
  hidden: boolean
  turnsAt: number
  diesAt: number | null
}

/** Collections that do something else before each command, which may be to die. */
function interrupted(collections: Collections, before: (command: number) => Promise<void>): Collections {
  let commands = 0
  const watch = <Store extends object>(store: Store): Store =>
    new Proxy(store, {
      get(target, name) {
        const command: unknown = Reflect.get(target, name)
        if (typeof command !== 'function') return command
        return async (...values: unknown[]): Promise<unknown> => {
          await before(commands++)
          return Reflect.apply(command, target, values) as unknown
        }
      },
    })
  return { ...collections, edges: watch(collections.edges), nodes: watch(collections.nodes) }
}

async function isListed({ edges }: Storage, { kind, from, to }: EdgeRecord): Promise<boolean[]> {
  const sides = [{ side: 'out', node: from } as const, { side: 'in', node: to } as const]
  const lists = sides.map((each) => edges.list({ kind, ...each }, { limit: 2, before: null }))
  return (await Promise.all(lists)).map((list) => list.length === 1)
}

const options = { topology: 'standalone' } as const
await describeWithMongo(
  'on a standalone, an edge that is added while somebody is banned',
  options,
  (mongo) => {
    const { emptied, database } = useStorages(mongo)

    /** Adds an edge; an end is hidden or shown before one command, and the process dies before another one. */
    async function add(storage: Storage, { end, hidden, turnsAt, diesAt }: Trial) {
      const edge = sampleEdge()
      let isHidden = false
      async function turn(to: boolean): Promise<void> {
        isHidden = to
        await untilDone(10, (limit) => storage.edges.setHidden(edge[end], to, limit))
      }
      if (!hidden) await turn(true)
      let commands = 0
      const place = { database: database(), prefix: 'kith_' }
      const collections = interrupted(
        collectionsOf(place, { comment: 'test' }, unlimited),
        async (command) => {
          if (command === diesAt) throw new Error('died')
          commands = command
          if (command === turnsAt) await turn(hidden)
        },
      )
      const added = edgeSteps.add({ collections } as Call, edge)
      if (diesAt === null) expect(await added).toMatchObject({ added: true })
      else {
        await expect(added).rejects.toThrow('died')
        await storage.recover()
      }
      const wasAdded = await database().collection('kith_edges').countDocuments({ id: edge.id })
      const isSeen = wasAdded === 1 && !isHidden
      expect(await isListed(storage, edge), `turned at ${turnsAt}, died at ${diesAt}`).toEqual([
        isSeen,
        isSeen,
      ])
      return { commands, wasTurned: isHidden === hidden }
    }

    test('is seen again when a ban is lifted in the middle of a step of it, whatever the step does after', async () => {
      const storage = await emptied()
      let turnsAt = 0
      for (let wasTurned = true; wasTurned; turnsAt++) {
        wasTurned = false
        const edge = sampleEdge()
        await storage.edges.add(edge)
        const place = { database: database(), prefix: 'kith_' }
        const show = () => untilDone(10, (limit) => storage.edges.setHidden(edge.to, false, limit))
        const all = collectionsOf(place, { comment: 'test' }, unlimited)
        const collections = interrupted(all, async (command) => {
          if (command !== turnsAt || command === 0) return
          wasTurned = true
          await show()
        })
        await edgeSteps.setHidden({ collections } as Call, { node: edge.to, hidden: true }, 10)
        // Whoever bans looks at the account again after each step.
        await show()
        expect(await isListed(storage, edge), `lifted at ${turnsAt}`).toEqual([true, true])
        if (turnsAt === 0) wasTurned = true
      }
      expect(turnsAt, 'it takes several commands').toBeGreaterThan(8)
      expect(await audit(database())).toEqual([])
    })

    test.each([
      ['hidden', 'from'],
      ['hidden', 'to'],
      ['shown', 'from'],
      ['shown', 'to'],
    ] as const)(
      'is %s with its end (%s), whenever that happens and whenever its process dies',
      async (how, end) => {
        const storage = await emptied()
        const hidden = how === 'hidden'
        let turnsAt = 0
        for (; ; turnsAt++) {
          const { commands, wasTurned } = await add(storage, { end, hidden, turnsAt, diesAt: null })
          if (!wasTurned) break
          for (let diesAt = turnsAt + 1; diesAt <= commands; diesAt++) {
            await add(storage, { end, hidden, turnsAt, diesAt })
          }
        }
        expect(turnsAt, 'it takes several commands').toBeGreaterThan(4)
        expect(await audit(database())).toEqual([])
      },
    )
  },
)
