import type { Db } from 'mongodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { createMongoStorage } from '../src/index.ts'
import { indexes } from '../src/schema.ts'
import { timeoutMillis } from './emptied-storage.ts'
import { callEveryVerb, verbsOf } from './every-verb.ts'
import { explainCommand, explainSelections } from './explained.ts'
import { type PlannedCommand, planProblems } from './plan-problems.ts'
import { scaleTable } from '../../../test/scale-tables.ts'
import { type SentCommand, type WatchedClient, watchCommands } from './sent-commands.ts'
import { selectionsOf, shapeOf } from './selections.ts'
import { scatteredCalls } from './shard-keys.ts'

for (const topology of ['replica-set', 'standalone'] as const) {
  await describeWithMongo(`Query plans on a ${topology}`, { topology }, (mongo) => {
    let watched: WatchedClient
    let database: Db
    let verbs: string[]

    beforeAll(async () => {
      watched = await watchCommands(mongo().uri)
      database = watched.client.db(mongo().freshDatabase())
      const storage = createMongoStorage({
        client: watched.client,
        database: database.databaseName,
        timeoutMillis,
      })
      verbs = verbsOf(storage)
      await storage.migrate()
      await callEveryVerb(storage)
    })
    afterAll(() => watched.client.close())

    const isMongod = (): boolean => mongo().kind !== 'secantus'

    /** One command of each shape. */
    function different(sent: readonly SentCommand[]): SentCommand[] {
      const byShape = new Map<string, SentCommand>()
      for (const one of sent) {
        const shapes = selectionsOf(one.name, one.command).map(shapeOf)
        if (shapes.length > 0) byShape.set([one.verb, one.name, ...new Set(shapes)].join('; '), one)
      }
      return [...byShape.values()]
    }

    async function planned(sent: readonly SentCommand[]): Promise<PlannedCommand[]> {
      const explain = isMongod() ? explainCommand : explainSelections
      const answers: PlannedCommand[] = []
      for (const one of sent) {
        const selections = selectionsOf(one.name, one.command)
        answers.push({ verb: one.verb, selections, plans: await explain(database, one) })
      }
      return answers
    }

    test('every verb of every store was called, and its commands name it', () => {
      const seen = new Set(watched.sent.map(({ verb }) => verb))
      // A standalone stores no counts that could be wrong.
      const silent = topology === 'standalone' ? ['edges.recount', 'posts.recount'] : []
      expect(verbs.filter((verb) => !seen.has(verb))).toEqual(silent)
      const others = watched.sent.filter(({ verb }) => verb !== 'migrate' && !verbs.includes(verb))
      const unnamed = new Set(others.map(({ name }) => name))
      // The driver ends a transaction; only `migrate` creates collections and indexes.
      const expected = ['abortTransaction', 'commitTransaction', 'create', 'createIndexes']
      expect([...unnamed].filter((name) => !expected.includes(name))).toEqual([])
    })

    test('each command is served by an index: equalities, then the order, then ranges', async () => {
      // `migrate` reads all accounts of an older schema, once.
      const isFilling = ({ verb, name, command }: SentCommand): boolean =>
        verb === 'migrate' && ['find', 'aggregate', 'update'].includes(name) && command[name] === 'kith_users'
      const commands = different(watched.sent.filter((one) => !isFilling(one)))
      expect(commands.length).toBeGreaterThan(80)
      const problems = (await planned(commands)).flatMap((one) => planProblems(one, isMongod()))
      expect([...new Set(problems)]).toEqual([])
    })

    // A standalone has no shards.
    const hasShards = topology === 'replica-set'
    if (hasShards)
      test('each command pins the shard key in docs/scale.md, or is listed there with the reason', () => {
        const rows = scaleTable('Collection').map(([name = '', key = '']) => [name, key] as const)
        const keys = new Map(rows.filter(([, key]) => key !== 'none'))
        expect(
          [...keys.keys(), ...rows.filter(([, key]) => key === 'none').map(([name]) => name)].sort(),
        ).toEqual(Object.keys(indexes).sort())
        const listed = scaleTable('Asks every shard').map(([call = '', , reason = '']) => {
          expect(reason, call).not.toBe('')
          return call
        })
        expect([...scatteredCalls(watched.sent, keys)].sort()).toEqual(listed.sort())
        const others = new Map([...keys, ['posts', '_id']])
        expect(scatteredCalls(watched.sent, others), 'another key has other calls').toContain(
          'posts.byAuthor on posts',
        )
      })

    test('a missing index is detected', async () => {
      const commands = different(watched.sent).filter(({ verb }) => verb === 'sessions.list')
      await database.collection('kith_sessions').dropIndex('ofUser')
      const problems = (await planned(commands)).flatMap((one) => planProblems(one, isMongod()))
      expect(problems.join()).toContain('COLLSCAN')
    })

    test('an index in another order is detected', async () => {
      await database
        .collection('kith_sessions')
        .createIndex({ userId: 1, expiresAt: 1, revokedAt: 1, _id: -1 })
      const commands = different(watched.sent).filter(({ verb }) => verb === 'sessions.list')
      const problems = (await planned(commands)).flatMap((one) => planProblems(one, isMongod()))
      expect(problems.join()).toContain('does not give the order')
    })
  })
}
