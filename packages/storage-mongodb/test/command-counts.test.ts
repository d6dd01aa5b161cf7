import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { createMongoStorage } from '../src/index.ts'
import { timeoutMillis } from './emptied-storage.ts'
import { scaleTable } from '../../../test/scale-tables.ts'
import { type WatchedClient, watchCommands } from './sent-commands.ts'
import { createWorld, serviceCalls, type World } from '../../../test/service-calls.ts'

const columns = { 'replica-set': 1, standalone: 2 } as const
const told = { 'replica-set': 3, standalone: 4 } as const

for (const topology of ['replica-set', 'standalone'] as const) {
  await describeWithMongo(`Commands of a service call on a ${topology}`, { topology }, (mongo) => {
    let watched: WatchedClient
    let small: World
    let large: World
    let telling: World

    beforeAll(async () => {
      watched = await watchCommands(mongo().uri)
      const database = mongo().freshDatabase()
      const storage = createMongoStorage({ client: watched.client, database, timeoutMillis })
      await storage.migrate()
      small = await createWorld(storage, 1)
      large = await createWorld(storage, 20)
      telling = await createWorld(storage, 2, { events: 'all' })
    })
    afterAll(() => watched.client.close())

    async function countIn(world: World): Promise<[string, number][]> {
      const counts: [string, number][] = []
      for (const { name, call } of serviceCalls) {
        counts.push([name, (await watched.during(() => call(world))).length])
      }
      return counts
    }

    test('match docs/scale.md, with one entry in each list and with twenty', async () => {
      const documented = scaleTable('Call').map((row) => [row[0], Number(row[columns[topology]])])
      expect(await countIn(small)).toEqual(documented)
      expect(await countIn(large)).toEqual(documented)
    })

    test('match docs/scale.md if all events are durable', async () => {
      const documented = scaleTable('Call').map((row) => [row[0], Number(row[told[topology]])])
      expect(await countIn(telling)).toEqual(documented)
    })

    test('an additional command for each entry of a page would be detected', async () => {
      const each = async ({ kith, viewer, size }: World): Promise<void> => {
        const page = await kith.feed.home(viewer, { limit: size })
        for (const { id } of page.items) await kith.posts.get(viewer, id)
      }
      const [few, many] = [await watched.during(() => each(small)), await watched.during(() => each(large))]
      expect(many.length).toBeGreaterThan(few.length)
    })
  })
}
