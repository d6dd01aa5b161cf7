import assert from 'node:assert/strict'
import type { Storage } from '@kith/core'
import type { Case } from './case.ts'
import { race } from './race.ts'
import { later, sampleSession, sampleUser } from './records.ts'

/** The promises of the `Storage` bundle itself. Here `make` gives a storage that was not migrated yet. */
export const storageCases: readonly Case<Storage>[] = [
  {
    name: 'storage: after migrate the stores can be used',
    async run(make) {
      const storage = await make()
      await storage.migrate()
      const [user, session] = [sampleUser(), sampleSession()]
      assert.deepEqual(await storage.users.create(user), { outcome: 'created' })
      await storage.sessions.open(session)
      assert.deepEqual(await storage.users.byId(user.id), user)
      assert.deepEqual(await storage.sessions.byId(session.id), session)
      await storage.close()
    },
  },
  {
    name: 'storage: migrate may be called again and keeps what is stored',
    async run(make) {
      const storage = await make()
      await storage.migrate()
      const [user, session] = [sampleUser(), sampleSession()]
      await storage.users.create(user)
      await storage.sessions.open(session)
      await storage.users.markDeleted(user.id, later())
      await storage.migrate()
      assert.deepEqual(await storage.users.deletedIds(1), [user.id])
      assert.deepEqual(await storage.sessions.byId(session.id), session)
      await storage.close()
    },
  },
  {
    name: 'storage: of 10 parallel calls of migrate all succeed',
    async run(make) {
      const storage = await make()
      await race(10, () => storage.migrate())
      assert.deepEqual(await storage.users.create(sampleUser()), { outcome: 'created' })
      await storage.close()
    },
  },
  {
    name: 'storage: close may be called again',
    async run(make) {
      const storage = await make()
      await storage.migrate()
      await storage.close()
      await storage.close()
    },
  },
  {
    name: 'storage: close of a storage that was never used does nothing',
    async run(make) {
      const storage = await make()
      await race(3, () => storage.close())
    },
  },
]
