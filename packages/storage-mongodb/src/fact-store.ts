import { demandFact, type FactStore } from '@kith/core/ports'
import type { Collection } from './collection.ts'
import type { Connection } from './connection.ts'
import type { FactDocument } from './fact-document.ts'
import { isDuplicate } from './storage-error.ts'

/** Creates the fact store on a connection. */
export function createFactStore({ call }: Connection): FactStore {
  return {
    get: (name) => call('facts.get', ({ collections: { facts } }) => read(facts, name)),
    async set(name, value) {
      demandFact(name, value)
      await call('facts.set', async ({ collections: { facts } }) => {
        const [filter, update] = [{ _id: name }, { $set: { value } }]
        if (await facts.update(filter, update)) return
        if (!(await inserted(facts, { _id: name, value }))) await facts.update(filter, update)
      })
    },
    async setOnce(name, value) {
      demandFact(name, value)
      return call('facts.setOnce', async ({ collections: { facts } }) => {
        const stored = await read(facts, name)
        if (stored !== null || (await inserted(facts, { _id: name, value }))) return stored ?? value
        return (await read(facts, name)) ?? value
      })
    },
  }
}

async function read(facts: Collection<FactDocument>, name: string): Promise<string | null> {
  return (await facts.first({ _id: name }))?.value ?? null
}

/**
 * Whether it did not exist. Another caller may have inserted it meanwhile; then it stays, because a fact is never
 * removed.
 */
async function inserted(facts: Collection<FactDocument>, fact: FactDocument): Promise<boolean> {
  try {
    await facts.insert(fact)
    return true
  } catch (error) {
    if (!isDuplicate(error)) throw error
    return false
  }
}
