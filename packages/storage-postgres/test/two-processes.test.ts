import { fileURLToPath } from 'node:url'
import { codeStoreCases, credentialStoreCases, outboxStoreCases, runCases } from '@kith/conformance'
import type { Storage } from '@kith/core/ports'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { demandOneWinner } from '../../../test/consume-race/race.ts'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { createPostgresStorage } from '../src/index.ts'
import { useStorages } from './storages.ts'

vi.setConfig({ testTimeout: 60_000 })

type Verb = (...given: unknown[]) => unknown

/** A storage whose calls alternate between two others, so that they collide like those of two processes. */
function shared(storages: readonly [Storage, Storage]): Storage {
  let calls = 0
  const storeOf = (name: keyof Storage): object =>
    new Proxy(storages[0][name] ?? {}, {
      get: (_, verb): Verb => {
        return (...given) => {
          const store = storages[calls++ % 2]?.[name] ?? {}
          return (Reflect.get(store, verb) as Verb)(...given)
        }
      },
    })
  const names = Object.keys(storages[0]) as (keyof Storage)[]
  return Object.fromEntries(names.map((name) => [name, storeOf(name)])) as unknown as Storage
}

await describeWithPostgres('two processes on PostgreSQL', {}, (postgres) => {
  const { emptied, schema } = useStorages(postgres)
  let other: pg.Pool
  beforeAll(() => {
    other = new pg.Pool({ connectionString: postgres().uri, max: 20 })
  })
  afterAll(() => other.end())

  const isRace = ({ id }: { id: string }): boolean => /parallel|race|beside/.test(id)
  const make = async (): Promise<Storage> => {
    const one = await emptied()
    return shared([one, createPostgresStorage({ pool: other, schema: schema(), timeoutMillis: 60_000 })])
  }
  const races = [codeStoreCases, credentialStoreCases, outboxStoreCases].map((cases) => cases.filter(isRace))
  runCases(test, codeStoreCases.filter(isRace), make)
  runCases(test, credentialStoreCases.filter(isRace), make)
  runCases(test, outboxStoreCases.filter(isRace), make)

  test('of 20 concurrent consumes of a code in two operating system processes, one wins', async () => {
    const script = fileURLToPath(new URL('code-consumer.ts', import.meta.url))
    await demandOneWinner(await emptied(), { script, args: [postgres().uri, schema()] })
  })

  test('race in more than five cases each of codes and of credentials', () => {
    for (const cases of races) expect(cases.length).toBeGreaterThan(5)
  })
})
