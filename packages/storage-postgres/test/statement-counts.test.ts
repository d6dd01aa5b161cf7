import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { scaleTable } from '../../../test/scale-tables.ts'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { createWorld, serviceCalls, type World } from '../../../test/service-calls.ts'
import { createPostgresStorage } from '../src/index.ts'

const sent: string[] = []

class WatchedClient extends pg.Client {
  override query = ((...asked: Parameters<pg.Client['query']>) => {
    const [query] = asked as unknown as [string | { text: string }]
    sent.push(typeof query === 'string' ? query : query.text)
    return super.query(...asked)
  }) as pg.Client['query']
}

await describeWithPostgres('statements of a service call', {}, (server) => {
  let pool: pg.Pool
  let small: World
  let large: World
  let telling: World

  beforeAll(async () => {
    pool = new pg.Pool({ connectionString: server().uri, Client: WatchedClient })
    const storage = createPostgresStorage({ pool, schema: server().freshSchema() })
    await storage.migrate()
    small = await createWorld(storage, 1)
    large = await createWorld(storage, 20)
    telling = await createWorld(storage, 2, { events: 'all' })
  })
  afterAll(() => pool.end())

  async function countIn(world: World): Promise<[string, number][]> {
    const counts: [string, number][] = []
    for (const { name, call } of serviceCalls) {
      sent.length = 0
      await call(world)
      counts.push([name, sent.length])
    }
    return counts
  }

  test('match docs/scale.md, with one entry in each list and with twenty', async () => {
    const documented = scaleTable('Call').map((row) => [row[0], Number(row[5])])
    expect(await countIn(small)).toEqual(documented)
    expect(await countIn(large)).toEqual(documented)
  })

  test('match docs/scale.md if all events are durable', async () => {
    expect(await countIn(telling)).toEqual(scaleTable('Call').map((row) => [row[0], Number(row[6])]))
  })

  test('an additional statement for each entry of a page would be detected', async () => {
    const each = async ({ kith, viewer, size }: World): Promise<number> => {
      sent.length = 0
      const page = await kith.feed.home(viewer, { limit: size })
      for (const { id } of page.items) await kith.posts.get(viewer, id)
      return sent.length
    }
    expect(await each(large)).toBeGreaterThan(await each(small))
  })
})
