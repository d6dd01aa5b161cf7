import { setImmediate as gap } from 'node:timers/promises'
import { factLimits, type FactStore } from '@kith/core/ports'
import { createMemoryStorage } from '@kith/core/memory'
import { testFlaws } from '../../../test/flaws.ts'
import { factStoreCases, type Pair, sharedFactStoreCases } from '../src/index.ts'

const name = Object.fromEntries(
  ['never', 'once', 'empty', 'race', 'texts', 'long'].map((key, index) => [
    key,
    factStoreCases[index]?.id ?? '',
  ]),
) as Record<'never' | 'once' | 'empty' | 'race' | 'texts' | 'long', string>
const makeSound = (): FactStore => createMemoryStorage().facts

testFlaws<FactStore>(factStoreCases, makeSound, [
  {
    flaw: 'keeps the first value although it is set again',
    breaking: ({ setOnce }) => ({ set: async (key, value) => void (await setOnce(key, value)) }),
    fails: [name.never, name.empty],
  },
  {
    flaw: 'does not tell names apart by their case',
    breaking: ({ get, set }) => ({
      get: (key) => get(key.toLowerCase()),
      set: (key, value) => set(key.toLowerCase(), value),
    }),
    fails: [name.never],
  },
  {
    flaw: 'replaces the value that was to be set once',
    breaking: ({ set }) => ({
      async setOnce(key, value) {
        await set(key, value)
        return value
      },
    }),
    fails: [name.once, name.empty],
  },
  {
    flaw: 'resolves to what was passed in instead of what is stored',
    breaking: ({ setOnce }) => ({
      async setOnce(key, value) {
        await setOnce(key, value)
        return value
      },
    }),
    fails: [name.once, name.empty, name.race],
  },
  {
    flaw: 'takes an empty value for none',
    breaking: ({ get, set, setOnce }) => ({
      async setOnce(key, value) {
        if ((await get(key)) === '') await set(key, value)
        return setOnce(key, value)
      },
    }),
    fails: [name.empty],
  },
  {
    flaw: 'looks first and stores later',
    breaking: ({ get, set }) => ({
      async setOnce(key, value) {
        const stored = await get(key)
        if (stored !== null) return stored
        await gap()
        await set(key, value)
        return value
      },
    }),
    fails: [name.race],
  },
  {
    flaw: 'trims values',
    breaking: ({ set }) => ({ set: (key, value) => set(key, value.trim()) }),
    fails: [name.texts],
  },
  {
    flaw: 'cuts what is too long',
    breaking: ({ set, setOnce }) => ({
      set: (key, value) => set(key, value.slice(0, factLimits.value)),
      setOnce: (key, value) => setOnce(key, value.slice(0, factLimits.value)),
    }),
    fails: [name.long],
  },
  {
    flaw: 'takes an empty name',
    breaking: ({ set }) => ({ set: (key, value) => set(key || 'nameless', value) }),
    fails: [name.long],
  },
])

const shared = sharedFactStoreCases.map((each) => each.id)

testFlaws<Pair<FactStore>>(sharedFactStoreCases, () => {
  const facts = makeSound()
  return { one: facts, other: facts }
}, [
  { flaw: 'keeps facts in each process', breaking: () => ({ other: makeSound() }), fails: shared },
  {
    flaw: 'remembers what it has read',
    breaking({ one, other }) {
      const read = new Map<string, string | null>()
      return {
        one,
        other: {
          ...other,
          async get(key) {
            const value = read.has(key) ? (read.get(key) ?? null) : await other.get(key)
            read.set(key, value)
            return value
          },
        },
      }
    },
    fails: shared.slice(0, 1),
  },
])
