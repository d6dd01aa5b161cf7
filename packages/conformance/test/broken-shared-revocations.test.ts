import { setImmediate as gap } from 'node:timers/promises'
import type { Revocations } from '@kith/core/ports'
import { createMemoryRevocations } from '@kith/core/memory'
import { testFlaws } from '../../../test/flaws.ts'
import { type Pair, sharedRevocationsCases } from '../src/index.ts'

const told = 'shared-revocations/denied-within-a-second'
const first = 'shared-revocations/revoked-before-first-look'
const parallel = 'shared-revocations/parallel'
const others = 'shared-revocations/others-not-denied'
const ends = 'shared-revocations/later-end'

function soundPair(): Pair<Revocations> {
  const revocations = createMemoryRevocations()
  return { one: revocations, other: revocations }
}

testFlaws<Pair<Revocations>>(sharedRevocationsCases, soundPair, [
  {
    flaw: 'keeps a denylist in each process',
    breaking: () => ({ one: createMemoryRevocations(), other: createMemoryRevocations() }),
    fails: [told, first, parallel, ends],
  },
  {
    flaw: 'tells a process nothing from before it first asked',
    breaking({ one, other }) {
      const unknown = new Set<string>()
      let asked = false
      return {
        one: {
          ...one,
          async revoke(ids, until) {
            if (!asked) for (const id of ids) unknown.add(id)
            await one.revoke(ids, until)
          },
        },
        other: {
          ...other,
          isRevoked(id) {
            asked = true
            return !unknown.has(id) && other.isRevoked(id)
          },
        },
      }
    },
    fails: [first, parallel, ends],
  },
  {
    flaw: 'tells a process nothing more after it first asked',
    breaking({ one, other }) {
      const unknown = new Set<string>()
      let asked = false
      return {
        one: {
          ...one,
          async revoke(ids, until) {
            if (asked) for (const id of ids) unknown.add(id)
            await one.revoke(ids, until)
          },
        },
        other: {
          ...other,
          isRevoked(id) {
            asked = true
            return !unknown.has(id) && other.isRevoked(id)
          },
        },
      }
    },
    fails: [told],
  },
  {
    flaw: 'loses one of two lists that are written at once',
    breaking() {
      let stored: readonly string[] = []
      const each: Revocations = {
        async revoke(ids) {
          const read = stored
          await gap()
          stored = [...read, ...ids]
        },
        isRevoked: (id) => stored.includes(id),
      }
      return { one: each, other: each }
    },
    fails: [parallel],
  },
  {
    flaw: 'denies everyone in the process that did not revoke',
    breaking({ one, other }) {
      let any = false
      return {
        one: {
          ...one,
          async revoke(ids, until) {
            any = true
            await one.revoke(ids, until)
          },
        },
        other: { ...other, isRevoked: () => any },
      }
    },
    fails: [others],
  },
  {
    flaw: 'lets the last process decide the end',
    breaking: () => sharing((_, next) => next),
    fails: [ends],
  },
  {
    flaw: 'lets the first process decide the end',
    breaking: () => sharing((first) => first),
    fails: [ends],
  },
])

/** Shares the ends of entries as `choose` does. */
function sharing(choose: (first: number, next: number) => number): Pair<Revocations> {
  const all = new Map<string, number>()
  const each: Revocations = {
    async revoke(ids, until) {
      for (const id of ids) all.set(id, choose(all.get(id) ?? until.getTime(), until.getTime()))
    },
    isRevoked: async (id) => (all.get(id) ?? 0) > Date.now(),
  }
  return { one: each, other: each }
}
