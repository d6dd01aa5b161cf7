import type { Document } from 'mongodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { createMongoStorage } from '../src/index.ts'
import { timeoutMillis } from './emptied-storage.ts'
import { sampleUser } from '../../../test/sample-records.ts'
import { explainCommand } from './explained.ts'
import { fillNetwork, idOf, readers } from './feed-network.ts'
import { isReadFromIndex } from './index-order.ts'
import { type SentCommand, type WatchedClient, watchCommands } from './sent-commands.ts'
import { selectionsOf } from './selections.ts'

const limit = 21
/** The promise of docs/feed.md: this many documents, no matter which accounts are followed. */
const mostDocuments = limit

await describeWithMongo('The cost of the home feed', {}, (mongo) => {
  let watched: WatchedClient
  let storage: ReturnType<typeof createMongoStorage>
  let name = ''

  beforeAll(async () => {
    watched = await watchCommands(mongo().uri)
    name = mongo().freshDatabase()
    storage = createMongoStorage({ client: watched.client, database: name, timeoutMillis })
    await storage.migrate()
    await fillNetwork(watched.client.db(name))
    // The very first call checks the schema.
    await storage.users.create(sampleUser('first'))
  }, 120_000)
  afterAll(() => watched.client.close())

  /** How many documents a command reads in addition to the index: all that it returns, unless the index covers it. */
  async function documentsRead({ name: kind, command, documents }: SentCommand): Promise<number> {
    const [selection] = selectionsOf(kind, command)
    if (!selection) return 0
    const indexes = await watched.client.db(name).collection(selection.collection).indexes()
    const project = (command['pipeline'] as Document[] | undefined)?.find((stage) => '$project' in stage)
    const wanted = (project?.['$project'] ?? command['projection']) as Document | undefined
    return indexes.some(({ key }) => isReadFromIndex(selection, key as Document, wanted)) ? 0 : documents
  }

  async function costOf(reader: string, before: string | null): Promise<[posts: number, SentCommand[]]> {
    let found = 0
    const sent = await watched.during(async () => {
      found = (await storage.feed.home(idOf(reader), { limit, before })).length
    })
    return [found, sent]
  }

  test.each(readers)(
    'is four commands and no more documents than the page has posts: $follows follows, $kind authors',
    async ({ id, follows, posts }) => {
      const [found, sent] = await costOf(id, null)
      expect(found).toBe(Math.min(posts, limit))
      expect(sent.map((one) => one.name)).toEqual(['find', 'find', 'aggregate', 'find'])
      const read = await Promise.all(sent.map(documentsRead))
      expect(read.reduce((sum, documents) => sum + documents)).toBeLessThanOrEqual(mostDocuments)
      // Index keys: one for each follow, and at most the page for the posts that the pipeline finds.
      expect(sent[0]?.documents).toBe(follows)
      expect(sent[2]?.documents ?? 0).toBeLessThanOrEqual(limit)
      if (mongo().kind === 'secantus') return
      const database = watched.client.db(name)
      const plans = (await Promise.all(sent.map((one) => explainCommand(database, one)))).flat()
      expect(plans.reduce((sum, plan) => sum + plan.documentsExamined, 0)).toBeLessThanOrEqual(mostDocuments)
      const keys = plans.reduce((sum, plan) => sum + plan.keysExamined, 0)
      expect(keys).toBeLessThanOrEqual(5 * (follows + 1) + 3 * limit * Math.ceil((follows + 1) / 200))
    },
    120_000,
  )

  test('is the same for later pages', async () => {
    const [reader] = readers
    const first = await storage.feed.home(idOf(reader?.id ?? ''), { limit, before: null })
    const [found, sent] = await costOf(reader?.id ?? '', first.at(-1)?.id ?? null)
    expect(found).toBe(9)
    expect(sent.length).toBe(4)
  })
})
