import { demandFact, type FactStore } from '@kith/core/ports'
import type { Connection } from './connection.ts'

type FactStatement = 'get' | 'set' | 'setOnce'

/** Every statement of the store. */
export const factStatements: Readonly<Record<FactStatement, string>> = Object.freeze({
  get: 'SELECT value FROM kith.facts WHERE name = @name',
  set: `INSERT INTO kith.facts (name, value) VALUES (@name, @value)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  setOnce: 'INSERT INTO kith.facts (name, value) VALUES (@name, @value) ON CONFLICT (name) DO NOTHING',
})

/** Creates the fact store on a connection. */
export function createFactStore({ run, get }: Connection): FactStore {
  async function stored(name: string): Promise<string | null> {
    return (await get<{ value: string }>(factStatements.get, { name }))?.value ?? null
  }

  return {
    get: stored,
    async set(name, value) {
      demandFact(name, value)
      await run(factStatements.set, { name, value })
    },
    async setOnce(name, value) {
      demandFact(name, value)
      const before = await stored(name)
      if (before !== null) return before
      await run(factStatements.setOnce, { name, value })
      // Another caller may have inserted it, and its value is committed by now: a fact is never removed.
      return (await stored(name)) ?? value
    },
  }
}
