import { fileURLToPath } from 'node:url'
import { codeStoreCases, credentialStoreCases, runCases } from '@kith/conformance'
import type { Storage, Stores } from '@kith/core/ports'
import { expect, test, vi } from 'vitest'
import { demandOneWinner } from '../../../test/consume-race/race.ts'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { useStorages } from './emptied-storage.ts'

// The server that most machines run it on is slow.
vi.setConfig({ testTimeout: 120_000 })

type Verb = (...given: unknown[]) => unknown

/** A storage whose calls alternate between two others, so that they collide like those of two processes. */
function shared(storages: readonly [Storage, Storage]): Storage {
  let calls = 0
  const storeOf = (name: keyof Stores): object =>
    new Proxy(storages[0][name], {
      get: (_, verb): Verb => {
        return (...given) => {
          const store = storages[calls++ % 2]?.[name] ?? {}
          return (Reflect.get(store, verb) as Verb)(...given)
        }
      },
    })
  const names = Object.keys(storages[0]) as (keyof Stores)[]
  return Object.fromEntries(names.map((name) => [name, storeOf(name)])) as unknown as Storage
}

// Within one process, changes of the same account are serialized, and no two of their transactions collide.
await describeWithMongo('two processes on a replica set', { topology: 'replica-set' }, (mongo) => {
  const { emptied, another, database } = useStorages(mongo)
  const isRace = ({ id }: { id: string }): boolean => /parallel|race/.test(id)
  const make = async (): Promise<Storage> => shared([await emptied(), another()])
  const [ofCodes, ofCredentials] = [codeStoreCases.filter(isRace), credentialStoreCases.filter(isRace)]
  runCases(test, ofCodes, make)
  runCases(test, ofCredentials, make)

  test('of 20 concurrent consumes of a code in two operating system processes, one wins', async () => {
    const storage = await emptied()
    const script = fileURLToPath(new URL('code-consumer.ts', import.meta.url))
    await demandOneWinner(storage, { script, args: [mongo().uri, database().databaseName] })
  })

  test('race in more than five cases each of codes and of credentials', () => {
    expect(ofCodes.length).toBeGreaterThan(5)
    expect(ofCredentials.length).toBeGreaterThan(5)
  })
})
