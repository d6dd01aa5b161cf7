import './notice-time.ts'
import type { MigrationProgress, Storage } from '@kith/core/ports'
import { Collection, MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  later,
  sampleEdge,
  sampleMedia,
  samplePost,
  sampleSession,
  sampleUser,
} from '../../../test/kit-samples.ts'
import { createMongoStorage as createPrevious } from '../../../test/previous-release/mongodb.mjs'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { createMongoStorage } from '../src/index.ts'
import { audit } from './audit.ts'

const now = new Date()
const measures = { width: 4, height: 3, durationSeconds: null, thumbhash: null, palette: [] }

/** The verbs of the previous release that are used here. */
type Previous = Pick<Storage, 'users' | 'sessions' | 'edges' | 'posts' | 'media' | 'migrate'>

/** A record of that release, which stored any fields it was given. */
function known<Row extends { fields: unknown }>({ fields: _fields, ...row }: Row): Row {
  return row as unknown as Row
}

async function writeByPrevious({ users, sessions, edges, posts, media }: Previous) {
  const none = { fields: {} }
  const [ada, eve, gone] = [sampleUser(none), sampleUser(none), sampleUser({ ...none, username: 'given-up' })]
  for (const user of [ada, eve, gone]) await users.create(known(user), now)
  const session = sampleSession({ userId: ada.id })
  await sessions.open(session, 1_000)
  const [post, removed, upload, avatar] = [
    samplePost({ ...none, authorId: ada.id }),
    samplePost({ ...none, authorId: ada.id }),
    sampleMedia({ ownerId: ada.id }),
    sampleMedia({ ownerId: ada.id }),
  ]
  for (const item of [upload, avatar]) {
    await media.reserve(item)
    await media.ready(item.id, measures as never)
  }
  await posts.create(known(post), [{ id: upload.id, alt: 'Text' }])
  await posts.create(known(removed), [])
  await posts.remove(removed.id)
  await media.attach(avatar.id, ada.id, 'avatar')
  const [follow, like] = [
    sampleEdge({ from: eve.id, to: ada.id }),
    sampleEdge({ kind: 'like', from: eve.id, to: post.id }),
  ]
  for (const edge of [follow, like]) await edges.add(edge)
  await users.markDeleted(gone.id, now, later(3_600_000))
  return { ada, eve, gone, session, post, removed, upload, avatar, follow, like }
}

for (const topology of ['replica-set', 'standalone'] as const) {
  await describeWithMongo(`the previous release, on a ${topology}`, { topology }, (mongo) => {
    let client: MongoClient
    beforeAll(async () => {
      client = await MongoClient.connect(mongo().uri)
    })
    afterAll(() => client.close())

    /** Interrupted after every step and every batch, and between a copy and the removal of its original. */
    async function migrateInPieces(storage: Storage): Promise<string[]> {
      const begun = new Set<string>()
      const remove = vi.spyOn(Collection.prototype, 'deleteMany')
      for (let attempts = 0, isOver = false; !isOver; attempts++) {
        if (attempts % 2 === 1) remove.mockRejectedValueOnce(new Error('cut off'))
        const progress = ({ step, done }: MigrationProgress): void => {
          const isNew = !begun.has(`${step} ${done}`)
          begun.add(`${step} ${done}`)
          if (isNew && done > 0) throw new Error('cut off')
        }
        isOver = await storage.migrate({ progress }).then(
          () => true,
          (error: unknown) => {
            expect(String(error)).toContain('cut off')
            return false
          },
        )
      }
      remove.mockRestore()
      return [...begun]
    }

    test('its data can be read, wherever the migration is interrupted; it is refused from then on', async () => {
      const options = { client, database: mongo().freshDatabase(), timeoutMillis: 20_000 }
      const database = client.db(options.database)
      const running = createPrevious(options) as unknown as Previous
      await running.migrate()
      const { ada, eve, gone, session, post, removed, upload, avatar, follow, like } =
        await writeByPrevious(running)
      const storage = createMongoStorage(options)
      await expect(storage.users.byId(ada.id)).rejects.toMatchObject({ code: 'storage-failed' })
      const planned = (await storage.plan()).map(({ name }) => name)
      expect(planned).toEqual(
        expect.arrayContaining([
          'releases before schema 4 are kept out',
          'ids of users',
          'ids of edges',
          'schema 7',
        ]),
      )
      expect((await migrateInPieces(storage)).join()).toContain('ids of media 2')
      expect(await storage.plan()).toEqual([])

      for (const name of ['users', 'sessions', 'edges', 'posts', 'media']) {
        const rows = database.collection<{ _id: string }>(`kith_${name}`)
        expect(await rows.countDocuments({ _id: { $type: 'string' } }), name).toBe(0)
        expect(await rows.countDocuments(), name).toBeGreaterThan(0)
        expect(JSON.stringify(await rows.find().toArray())).not.toContain('"moved"')
      }
      const names = (await database.listCollections().toArray()).map(({ name }) => name as string)
      expect(names.filter((name) => /nodes|authors/.test(name))).toEqual([])
      expect(await audit(database)).toEqual([])

      const { users, sessions, edges, posts, media, feed } = storage
      for (const user of [ada, eve]) {
        expect(await users.byId(user.id)).toEqual(user)
        expect(await users.byLogin({ email: user.email ?? '' })).toEqual(user)
        expect(await users.create(sampleUser({ username: user.username }))).toMatchObject({
          outcome: 'taken',
        })
      }
      expect(await users.create(sampleUser({ username: 'given-up' }), now)).toMatchObject({
        outcome: 'taken',
      })
      expect(await sessions.byId(session.id)).toEqual(session)
      expect(await posts.counts([ada.id, eve.id])).toEqual([1, 0])
      expect(await edges.counts('follow', [ada.id, eve.id])).toEqual([
        { out: 0, in: 1 },
        { out: 1, in: 0 },
      ])
      expect(await edges.counts('like', [post.id])).toEqual([{ out: 0, in: 1 }])
      expect(
        await edges.list({ kind: 'like', side: 'out', node: eve.id }, { limit: 2, before: null }),
      ).toEqual([like])
      expect(await edges.add(follow)).toEqual({ outcome: 'already', count: 1 })
      expect(await feed.home(eve.id, { limit: 9, before: null })).toEqual([post])
      expect((await media.bySubjects('post', [post.id])).map(({ id }) => id)).toEqual([upload.id])
      expect((await media.bySubjects('avatar', [ada.id])).map(({ id }) => id)).toEqual([avatar.id])
      expect([await users.toPurge(9), await posts.toPurge(9)]).toEqual([[gone.id], [removed.id]])

      // That release checks the schema once; those since schema 3 detect it by themselves: migrate.test.ts.
      const restarted = createPrevious(options) as unknown as Previous
      await expect(restarted.users.byId(ada.id)).rejects.toThrow('schema 4 of a newer release')
      await expect(restarted.migrate()).rejects.toThrow('schema 4 of a newer release')
      expect(await storage.plan(), 'it undoes nothing').toEqual([])
    })

    if (topology === 'standalone')
      test('its unfinished changes are finished or rolled back', async () => {
        const options = { client, database: mongo().freshDatabase(), timeoutMillis: 20_000 }
        const database = client.db(options.database)
        const running = createPrevious(options) as unknown as Previous
        await running.migrate()
        const { ada, eve, post, upload, follow, like } = await writeByPrevious(running)
        const since = new Date()
        const rows = (name: string) => database.collection<{ _id: string }>(`kith_${name}`)
        await rows('edges').updateOne({ id: { $eq: follow.id } } as object, {
          $set: { hidden: 8, pending: { id: 'a', names: {}, by: 1, next: 0, since } },
        })
        await rows('edges').updateOne({ id: { $eq: like.id } } as object, {
          $set: { pending: { id: 'b', names: {}, by: -1, next: null, since } },
        })
        await rows('posts').updateOne(
          { _id: post.id },
          { $set: { state: 'draft', pending: { id: 'c', name: null, next: 'live', since, until: since } } },
        )
        const storage = createMongoStorage(options)
        await storage.migrate()
        expect(await audit(database)).toEqual([])
        expect(await storage.edges.counts('follow', [ada.id, eve.id])).toEqual([
          { out: 0, in: 1 },
          { out: 1, in: 0 },
        ])
        expect(
          await storage.edges.list({ kind: 'like', side: 'out', node: eve.id }, { limit: 2, before: null }),
        ).toEqual([])
        expect(await storage.posts.byIds([post.id])).toEqual([])
        expect(await storage.media.byIds([upload.id])).toMatchObject([{ state: 'ready', attachment: null }])
      })
  })
}
