import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createMemoryBlobs } from '@kith/core/memory'
import { type Db, type Document, MongoClient } from 'mongodb'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { createSociety, deeds, everydayDeeds } from '../../../test/society.ts'
import { createMongoStorage } from '../src/index.ts'
import { fromStored } from '../src/stored-ids.ts'
import { createWitness } from '../../../test/witness.ts'

const folder = mkdtempSync(join(tmpdir(), 'kith-server-kill-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** More rounds find rarer failures: `KITH_KILL_ROUNDS=200`. */
const rounds = Number(process.env['KITH_KILL_ROUNDS'] ?? 8)
const hour = 3_600_000
/** The timeout of a response. */
const callMillis = 1_500
const [people, lanes] = [6, 4]
/** What a standalone does not promise, according to the README: data written while an account is deleted may remain after an interruption. */
const mayStay: ReadonlySet<string> = new Set([
  'edges without their ends',
  'edges hidden or shown unlike their accounts',
  'posts that are removed or without their author',
])
const often = [...deeds, ...everydayDeeds, ...everydayDeeds, ...everydayDeeds]
const below = (limit: number): number => Math.floor(Math.random() * limit)

// Both wait much of the time: for calls, for starting servers and for commands to end.
describe.concurrent('a server that is killed', async () => {
  for (const topology of ['replica-set', 'standalone'] as const) {
    const options = { topology, control: true, syncOnCommit: true } as const
    await describeWithMongo(`a ${topology} that is killed at any moment`, options, (mongo) => {
      test(`loses nothing acknowledged, and leaves nothing half done, ${rounds} times`, async () => {
        const database = mongo().freshDatabase()
        // If the server forgets which writes it carried out, the driver would make them twice.
        const retryWrites = mongo().kind !== 'secantus'
        const client = new MongoClient(mongo().uri, {
          serverSelectionTimeoutMS: 20_000,
          retryWrites,
          minHeartbeatFrequencyMS: 20,
        })
        const storage = createMongoStorage({ client, database, timeoutMillis: 20_000 })
        await storage.migrate()
        const blobs = createMemoryBlobs()
        // Later than the retention of all unused uploads.
        let later = 25 * hour
        const place = { storage, blobs, temporaryDirectory: folder }
        const hasty = createMongoStorage({ client, database, timeoutMillis: callMillis })
        const society = createSociety({ ...place, storage: hasty })
        const { kith } = createSociety({ ...place, clock: () => new Date(Date.now() + later) })
        let [done, acknowledged, stayed] = [0, 0, 0]

        for (let round = 0; round < rounds; round++) {
          let stopped = false
          const isStopped = (): boolean => stopped
          async function live(): Promise<void> {
            while (!stopped) {
              const deed = often[below(often.length)] ?? 'post'
              await society.act({ deed, who: below(people), whom: below(people), which: below(4) })
              done++
            }
          }
          const witness = createWitness(society.kith, storage, `witness_${round}`)
          const lives = Promise.allSettled([...Array.from({ length: lanes }, live), witness.live(isStopped)])
          // On a slow machine this takes a while; an earlier kill would show nothing.
          await vi.waitUntil(() => witness.acknowledged > 1 && done > (round + 1) * 3, { timeout: 60_000 })
          await wait(Math.random() * 600)
          await mongo().control?.kill()
          stopped = true
          await mongo().control?.restart()
          const failed = (await lives).flatMap((end) =>
            end.status === 'rejected' ? [end.reason as unknown] : [],
          )
          // SecantusDB forgets in a kill that a commit was carried out, which a mongod does not: then the repeated
          // transaction finds its own post.
          const forgotten = failed.filter(
            (reason) => !retryWrites && /every id must be new/.test(String(reason)),
          )
          expect(forgotten.length).toBeLessThanOrEqual(1)
          for (const reason of forgotten) failed.splice(failed.indexOf(reason), 1)
          expect(failed, 'every refusal gives the reason').toEqual([])
          acknowledged += witness.acknowledged

          expect(await witness.lost()).toEqual([])
          if (topology === 'replica-set') {
            expect((await kith.upkeep.verifyCounts()).differences).toEqual([])
            expect(await halves(client.db(database))).toEqual({})
          }
          // Commands that were running when the server was killed come to an end.
          await wait(topology === 'standalone' ? callMillis : 0)
          // The next sweep finds what a purge removes.
          for (let runs = 0; runs < 2; runs++) await kith.upkeep.run()
          expect((await kith.upkeep.verifyCounts()).differences).toEqual([])
          const left = { ...(await halves(client.db(database))), ...(await orphans(client.db(database))) }
          const known = Object.keys(left).filter((what) => topology === 'standalone' && mayStay.has(what))
          stayed += known.reduce((sum, what) => sum + (left[what]?.length ?? 0), 0)
          for (const what of known) delete left[what]
          expect(left).toEqual({})
        }
        // The usernames are released last, and with them the last trace of their accounts.
        later += 31 * 24 * hour
        await kith.upkeep.run()
        const users = client.db(database).collection('kith_users')
        expect(await users.countDocuments({ deletedAt: { $exists: true } })).toBe(0)
        console.info(
          `killed ${rounds} times: ${done} deeds, ${acknowledged} acknowledged ones looked for, all there; ${stayed} things stayed`,
        )
        expect(done, 'there were many calls').toBeGreaterThan(rounds * 3)
        expect(acknowledged, 'and many were acknowledged').toBeGreaterThan(rounds)
        await client.close()
      }, 3_600_000)
    })
  }
})

type Finding = Record<string, Document[]>

async function rowsOf(database: Db, name: string): Promise<Document[]> {
  return fromStored(await database.collection(`kith_${name}`).find().toArray())
}

/** Changes of several documents that are only partly stored. */
async function halves(database: Db): Promise<Finding> {
  const [posts, media] = await Promise.all(['posts', 'media'].map((name) => rowsOf(database, name)))
  const live = new Set(posts?.filter(({ state }) => state === 'live').map(({ _id }) => String(_id)))
  const attached = media?.filter(({ attachment }) => attachment?.use === 'post') ?? []
  return found({
    'media of no post': attached.filter(({ attachment }) => !live.has(String(attachment?.subject))),
  })
}

/** Data that must not exist after upkeep. */
async function orphans(database: Db): Promise<Finding> {
  const [users, edges, posts, media, sessions] = await Promise.all(
    ['users', 'edges', 'posts', 'media', 'sessions'].map((name) => rowsOf(database, name)),
  )
  const idsOf = (rows: Document[] | undefined) => new Set(rows?.map(({ _id }) => String(_id)))
  const [people, written] = [idsOf(users), idsOf(posts)]
  const isThere = ({ kind, from, to }: Document) =>
    people.has(String(from)) && (kind === 'follow' ? people : written).has(String(to))
  const banned = new Set(users?.filter(({ bannedAt }) => bannedAt).map(({ _id }) => String(_id)))
  const hiddenAs = ({ from, to }: Document) =>
    (banned.has(String(from)) ? 1 : 0) + (banned.has(String(to)) ? 2 : 0)
  return found({
    'edges without their ends': edges?.filter((edge) => !isThere(edge)) ?? [],
    'edges hidden or shown unlike their accounts':
      edges?.filter((edge) => edge['hidden'] !== hiddenAs(edge)) ?? [],
    'accounts that are deleted and hold no name':
      users?.filter(({ deletedAt, held }) => deletedAt && !(held as unknown[] | undefined)?.length) ?? [],
    'posts that are removed or without their author':
      posts?.filter(({ state, authorId }) => state !== 'live' || !people.has(String(authorId))) ?? [],
    'media that nothing uses':
      media?.filter(
        ({ state, attachment }) =>
          state !== 'ready' ||
          !attachment ||
          !(people.has(String(attachment.subject)) || written.has(String(attachment.subject))),
      ) ?? [],
    'sessions without their account': sessions?.filter(({ userId }) => !people.has(String(userId))) ?? [],
  })
}

function found(finding: Finding): Finding {
  return Object.fromEntries(Object.entries(finding).filter(([, rows]) => rows.length > 0))
}
