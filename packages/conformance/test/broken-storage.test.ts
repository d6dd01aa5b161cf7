import type { Storage } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { storageCases } from '../src/index.ts'
import { gap, testFlaws } from './broken-store.ts'

testFlaws<Storage>(storageCases, createMemoryStorage, [
  {
    flaw: 'does not find the accounts it has created',
    breaking: ({ users }) => ({ users: { ...users, byId: async () => null } }),
    fails: ['storage: after migrate the stores can be used'],
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
    fails: ['storage: migrate may be called again and keeps what is stored'],
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
    fails: ['storage: of 10 parallel calls of migrate all succeed'],
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
    fails: [
      'storage: close may be called again',
      'storage: close of a storage that was never used does nothing',
    ],
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
    fails: ['storage: close of a storage that was never used does nothing'],
  },
])
