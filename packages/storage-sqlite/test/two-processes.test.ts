import {
  codeStoreCases,
  credentialStoreCases,
  edgeStoreCases,
  factStoreCases,
  feedStoreCases,
  mediaStoreCases,
  postStoreCases,
  runCases,
  sessionStoreCases,
  userStoreCases,
} from '@kith/conformance'
import { describe, expect, test } from 'vitest'
import { createSqliteStorage } from '../src/index.ts'
import { sampleUser } from './samples.ts'
import { type Call, useStoreWorkers, type Stores } from './store-workers.ts'
import { useTemporaryFolder } from './temporary-folder.ts'

const freshPath = useTemporaryFolder()
const workers = useStoreWorkers()

const migratedPath = (): Promise<string> => workers().migrated(freshPath())

const freshStores = async (): Promise<Stores> => workers().stores(await migratedPath())

describe('the cases of the kit with every other call in another process', () => {
  runCases(test, userStoreCases, async () => workers().port(await migratedPath(), 'users'))
  runCases(test, sessionStoreCases, async () => workers().port(await migratedPath(), 'sessions'))
  runCases(test, edgeStoreCases, freshStores)
  runCases(test, postStoreCases, freshStores)
  runCases(test, mediaStoreCases, freshStores)
  runCases(test, feedStoreCases, freshStores)
  // Functions that create rows cannot be sent.
  const sendable = ({ id }: { id: string }): boolean => !/rows/.test(id)
  runCases(test, codeStoreCases.filter(sendable), freshStores)
  runCases(test, credentialStoreCases.filter(sendable), freshStores)
  runCases(test, factStoreCases, async () => workers().port(await migratedPath(), 'facts'))
})

test('two processes that open and migrate a new file concurrently both succeed', async () => {
  const call = (verb: string): Call[] => [{ port: 'storage', verb, values: [] }]
  for (let round = 0; round < 40; round++) {
    const path = freshPath()
    await workers().race(path, call('migrate'))
    await workers().race(path, call('close'))
    const storage = createSqliteStorage({ path })
    expect(await storage.users.create(sampleUser())).toEqual({ outcome: 'created' })
    await storage.close()
  }
})
