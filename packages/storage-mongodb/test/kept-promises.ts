import { readFileSync } from 'node:fs'
import {
  recountCases,
  type RegisterTest,
  runCases,
  runStorageCases,
  sharedFactStoreCases,
} from '@kith/conformance'
import { expect, test, vi } from 'vitest'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import type { MongoOptions } from '../../../test/servers/mongo-server.ts'
import { toStored } from '../src/stored-ids.ts'
import { useStorages } from './emptied-storage.ts'

/** Reading of feeds and searching: the same on every server, so tested only on a replica set; the files below do not depend on the server. */
const alike = { cases: /^(feed|users\/search)/, files: ['feed-store.ts', 'user-lists.ts'] }

const unlessAlike: RegisterTest = (name, body) => (alike.cases.test(name) ? null : test(name, body))

/** Runs the conformance kit on one kind of server. Each has a separate file, so that they can run concurrently. */
export async function testPromises(topology: NonNullable<MongoOptions['topology']>): Promise<void> {
  // The server that most machines run it on is slow.
  vi.setConfig({ testTimeout: 120_000 })

  await describeWithMongo(`MongoDB storage on a ${topology}`, { topology }, (mongo) => {
    const { emptied, another, fresh, database } = useStorages(mongo)
    const transactions = topology === 'replica-set'
    runStorageCases(transactions ? test : unlessAlike, async () => fresh(), { emptied, transactions })
    test.each(alike.files)('%s does not depend on the kind of server', (file) => {
      const source = readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8')
      expect(source).not.toMatch(/transactional|atomically/)
    })
    // A standalone stores no counts that could be wrong.
    if (transactions)
      runCases(test, recountCases, async () => ({
        storage: await emptied(),
        other: another(),
        async spoil(kind, node) {
          const field = kind === 'post' ? 'posts' : `${kind}.in`
          const { matchedCount } = await database()
            .collection<{ _id: string }>('kith_users')
            .updateOne(toStored({ _id: node }), { $inc: { [field]: 1 } })
          if (matchedCount === 0) throw new Error(`there is no count of ${node}`)
        },
      }))
    runCases(test, sharedFactStoreCases, async () => {
      const one = (await emptied()).facts
      return { one, other: another().facts }
    })
  })
}
