import { demandFact, type FactStore } from '../facts.ts'

/** Facts in a `Map`. */
export function createMemoryFactStore(): FactStore {
  const facts = new Map<string, string>()
  return {
    get: async (name) => facts.get(name) ?? null,
    async set(name, value) {
      demandFact(name, value)
      facts.set(name, value)
    },
    async setOnce(name, value) {
      demandFact(name, value)
      const stored = facts.get(name) ?? value
      facts.set(name, stored)
      return stored
    },
  }
}
