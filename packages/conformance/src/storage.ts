import assert from 'node:assert/strict'
import { isKithError } from '@kith/core'
import type { Storage } from '@kith/core/ports'
import type { Case } from './case.ts'
import { race } from './race.ts'
import { later, nextId, sampleSession, sampleUser } from './records.ts'

/** The promises of the `Storage` bundle itself. They get a storage that was not migrated yet. */
export const storageCases: readonly Case<Storage>[] = [
  {
    id: 'storage/usable-after-migrate',
    title: 'after migrate the stores can be used',
    async run(storage) {
      await storage.migrate()
      const [user, session] = [sampleUser(), sampleSession()]
      assert.deepEqual(await storage.users.create(user), { outcome: 'created' })
      await storage.sessions.open(session, 1_000)
      assert.deepEqual(await storage.users.byId(user.id), user)
      assert.deepEqual(await storage.sessions.byId(session.id), session)
      await storage.close()
    },
  },
  {
    id: 'storage/migrate-again',
    title: 'migrate may be called again and keeps what is stored',
    async run(storage) {
      await storage.migrate()
      const [user, session] = [sampleUser(), sampleSession()]
      await storage.users.create(user)
      await storage.sessions.open(session, 1_000)
      await storage.users.markDeleted(user.id, later())
      await storage.migrate()
      assert.deepEqual(await storage.users.toPurge(1), [user.id])
      assert.deepEqual(await storage.sessions.byId(session.id), session)
      await storage.close()
    },
  },
  {
    id: 'storage/parallel-migrates',
    title: 'of 10 parallel calls of migrate all succeed',
    async run(storage) {
      await race(10, () => storage.migrate())
      assert.deepEqual(await storage.users.create(sampleUser()), { outcome: 'created' })
      await storage.close()
    },
  },
  {
    id: 'storage/plan',
    title: 'plan lists the steps of migrate, changes nothing, and is empty afterwards',
    async run(storage) {
      const planned = await storage.plan()
      assert.deepEqual(await storage.plan(), planned)
      const steps = new Map<string, string[]>()
      await storage.migrate({
        progress: ({ step, done, total }) =>
          void steps.set(step, [...(steps.get(step) ?? []), done === total ? 'all' : `${done}`]),
      })
      assert.deepEqual(
        [...steps.keys()],
        planned.map(({ name }) => name),
      )
      for (const [step, reports] of steps) assert.equal(reports.at(-1), 'all', `${step} reports its end`)
      assert.deepEqual(await storage.plan(), [])
      await storage.close()
    },
  },
  {
    id: 'storage/migrate-interrupted',
    title: 'a migration that `progress` ends is resumed by the next call',
    async run(storage) {
      const planned = await storage.plan()
      for (let left = planned.length; left > 0;) {
        const progress = ({ done }: { done: number }): void => {
          if (done > 0) throw new Error('cut off')
        }
        await assert.rejects(storage.migrate({ progress }), /cut off/)
        const { length } = await storage.plan()
        assert.ok(length < left, 'each call makes progress')
        left = length
      }
      await storage.migrate()
      assert.deepEqual(await storage.plan(), [])
      assert.deepEqual(await storage.users.create(sampleUser()), { outcome: 'created' })
      await storage.close()
    },
  },
  {
    id: 'storage/check-agrees',
    title: 'check agrees with the stores: before migrate it resolves only if they can be used already',
    async run(storage) {
      assert.equal(await works(() => storage.check()), await works(() => storage.users.byId(nextId())))
      await storage.close()
    },
  },
  {
    id: 'storage/check-says-migrate',
    title: 'if the stores cannot be used before migrate, check says to migrate',
    async run(storage) {
      if (await works(() => storage.users.byId(nextId()))) return await storage.close()
      const error: unknown = await storage.check().catch((thrown: unknown) => thrown)
      assert.ok(isKithError(error), 'it rejects with a KithError')
      assert.match(error.detail ?? '', /migrate/)
      await storage.close()
    },
  },
  {
    id: 'storage/check-changes-nothing',
    title: 'check migrates nothing, and finds nothing to do after migrate',
    async run(storage) {
      const before = await works(() => storage.users.byId(nextId()))
      await works(() => storage.check())
      assert.equal(await works(() => storage.users.byId(nextId())), before)
      await storage.migrate()
      assert.equal(await storage.check(), null)
      await storage.close()
    },
  },
  {
    id: 'storage/check-after-close',
    title: 'after close, check resolves only if the stores can still be used',
    async run(storage) {
      await storage.migrate()
      await storage.close()
      assert.equal(await works(() => storage.check()), await works(() => storage.users.byId(nextId())))
    },
  },
  {
    id: 'storage/close-again',
    title: 'close may be called again',
    async run(storage) {
      await storage.migrate()
      await storage.close()
      await storage.close()
    },
  },
  {
    id: 'storage/close-unused',
    title: 'close of a storage that was never used is harmless',
    async run(storage) {
      await race(3, () => storage.close())
    },
  },
]

async function works(call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call()
    return true
  } catch {
    return false
  }
}
