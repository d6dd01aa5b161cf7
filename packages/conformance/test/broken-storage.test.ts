import { setImmediate as gap } from 'node:timers/promises'
import { KithError } from '@kith/core'
import type { Storage } from '@kith/core/ports'
import { createMemoryStorage } from '@kith/core/memory'
import { testFlaws } from '../../../test/flaws.ts'
import { storageCases } from '../src/index.ts'

/** A storage that can be used between its migration and its end, as one on a disk. */
function demandingMigration(): Storage {
  const storage = createMemoryStorage()
  let state: 'new' | 'open' | 'closed' = 'new'
  function demand(): void {
    if (state === 'new') throw new KithError('storage-failed', { detail: 'Run kith.storage.migrate().' })
    if (state === 'closed') throw new KithError('storage-failed', { detail: 'It was closed.' })
  }
  return {
    ...storage,
    users: {
      ...storage.users,
      async byId(id) {
        demand()
        return await storage.users.byId(id)
      },
    },
    async check() {
      demand()
      return null
    },
    migrate: async () => void (state = 'open'),
    close: async () => void (state = 'closed'),
  }
}

testFlaws<Storage>(storageCases, createMemoryStorage, [
  {
    flaw: 'does not find the accounts it has created',
    breaking: ({ users }) => ({ users: { ...users, byId: async () => null } }),
    fails: ['storage/usable-after-migrate'],
  },
  {
    flaw: 'begins anew at each migration',
    breaking() {
      let { users, sessions } = createMemoryStorage()
      return {
        get users() {
          return users
        },
        get sessions() {
          return sessions
        },
        migrate: async () => void ({ users, sessions } = createMemoryStorage()),
      }
    },
    fails: ['storage/migrate-again'],
  },
  {
    flaw: 'cannot migrate twice at once',
    breaking() {
      let migrating = false
      return {
        async migrate() {
          if (migrating) throw new Error('table exists')
          migrating = true
          await gap()
          migrating = false
        },
      }
    },
    fails: ['storage/parallel-migrates'],
  },
  {
    flaw: 'plans what it never does',
    breaking: () => ({ plan: async () => [{ name: 'more', total: 1 }] }),
    fails: ['storage/plan', 'storage/migrate-interrupted'],
  },
  {
    flaw: 'does not say how far it has come',
    breaking() {
      let migrated = false
      return {
        plan: async () => (migrated ? [] : [{ name: 'all', total: 1 }]),
        migrate: async () => void (migrated = true),
      }
    },
    fails: ['storage/plan', 'storage/migrate-interrupted'],
  },
  {
    flaw: 'begins anew after a migration that was cut off',
    breaking() {
      let left = 2
      return {
        plan: async () =>
          Array.from({ length: left }, (_, step) => ({ name: `step ${step}`, total: 1 })).slice(0, left),
        async migrate({ progress = () => {} } = {}) {
          for (const step of [0, 1].slice(0, left)) {
            progress({ step: `step ${step}`, done: 0, total: 1 })
            progress({ step: `step ${step}`, done: 1, total: 1 })
          }
          left = left === 2 && progress.length > 0 ? 0 : left
        },
      }
    },
    fails: ['storage/migrate-interrupted'],
  },
  {
    flaw: 'finds everything in order before there is a schema',
    breaking: () => ({ ...demandingMigration(), check: async () => null }),
    fails: ['storage/check-agrees', 'storage/check-says-migrate'],
  },
  {
    flaw: 'says only that something is wrong',
    breaking() {
      const storage = demandingMigration()
      const check = (): Promise<string | null> =>
        storage.check().catch(() => {
          throw new KithError('storage-failed')
        })
      return { ...storage, check }
    },
    fails: ['storage/check-says-migrate'],
  },
  {
    flaw: 'migrates when it is checked',
    breaking() {
      const storage = demandingMigration()
      const check = async (): Promise<null> => {
        await storage.migrate()
        return null
      }
      return { ...storage, check }
    },
    fails: ['storage/check-says-migrate', 'storage/check-changes-nothing'],
  },
  {
    flaw: 'never finds that it was migrated',
    breaking() {
      let known: Promise<string | null> | null = null
      const storage = demandingMigration()
      return { ...storage, check: () => (known ??= storage.check()) }
    },
    fails: ['storage/check-changes-nothing'],
  },
  {
    flaw: 'finds everything in order when it is closed',
    breaking() {
      const storage = demandingMigration()
      let closed = false
      return {
        ...storage,
        check: async () => (closed ? null : await storage.check()),
        async close() {
          closed = true
          await storage.close()
        },
      }
    },
    fails: ['storage/check-after-close'],
  },
  {
    flaw: 'cannot be closed twice',
    breaking() {
      let open = 0
      return {
        migrate: async () => void open++,
        async close() {
          if (--open === -1) throw new Error('not open')
        },
      }
    },
    fails: ['storage/close-again', 'storage/close-unused'],
  },
  {
    flaw: 'cannot be closed before it was used',
    breaking() {
      let used = false
      return {
        migrate: async () => void (used = true),
        async close() {
          if (!used) throw new Error('not open')
        },
      }
    },
    fails: ['storage/close-unused'],
  },
])
