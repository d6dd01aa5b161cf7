import { DatabaseSync } from 'node:sqlite'
import { type HostDatabase, hostTransactionCases, runCases } from '@kith/conformance'
import type { Stores } from '@kith/core/ports'
import { afterEach, describe, expect, test } from 'vitest'
import { testFlaws } from '../../../test/flaws.ts'
import { createSqliteStorage, type SqliteDatabase } from '../src/index.ts'
import { drivers } from './drivers.ts'
import { useTemporaryFolder } from './temporary-folder.ts'

const freshPath = useTemporaryFolder()
const opened: SqliteDatabase[] = []
afterEach(() => opened.splice(0).map((database) => database.close()))

/** A file with one connection of Kith, and one of the app. */
function hostDatabase(open: (path: string) => SqliteDatabase): HostDatabase {
  const path = freshPath()
  const storage = createSqliteStorage({ path, busyTimeoutMillis: 50 })
  return {
    storage,
    async begin() {
      await storage.migrate()
      const transaction = open(path)
      opened.push(transaction)
      transaction.exec('BEGIN IMMEDIATE')
      return {
        transaction,
        commit: async () => void transaction.exec('COMMIT'),
        rollback: async () => void transaction.exec('ROLLBACK'),
      }
    },
  }
}

/** A storage with a flaw in its work within a transaction. */
function within(
  { storage }: HostDatabase,
  flawed: (transaction: SqliteDatabase) => Stores | undefined,
): Pick<HostDatabase, 'storage'> {
  return { storage: { ...storage, within: (given) => flawed(given as SqliteDatabase) ?? storage } }
}

/** The database, which does something else for matching statements. */
function instead(database: SqliteDatabase, pattern: RegExp, run: () => void): SqliteDatabase {
  if (typeof database?.prepare !== 'function') return database
  const statement = { run: () => (run(), { changes: 0 }), get: () => undefined, all: () => [] }
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => (pattern.test(sql) ? statement : database.prepare(sql)),
    close: () => database.close(),
  }
}

describe('a storage', () => {
  const sound = (): HostDatabase => hostDatabase((path) => new DatabaseSync(path))
  const every = hostTransactionCases.map(({ id }) => id)

  testFlaws(hostTransactionCases, sound, [
    {
      flaw: 'writes beside the transaction, whatever it is given',
      breaking: (host) => within(host, () => host.storage),
      fails: every,
    },
    {
      flaw: 'undoes nothing of a verb that rejects',
      breaking: (host) =>
        within(host, (database) =>
          host.storage.within?.(instead(database, /SAVEPOINT|RELEASE|ROLLBACK/, () => {})),
        ),
      fails: ['host-transactions/refused'],
    },
    {
      flaw: 'commits what each verb has written',
      breaking: (host) =>
        within(host, (database) =>
          host.storage.within?.(
            instead(database, /RELEASE/, () => {
              database.exec('COMMIT')
              database.exec('BEGIN IMMEDIATE')
            }),
          ),
        ),
      fails: ['host-transactions/commit', 'host-transactions/rollback'],
    },
  ])
})

describe.each(drivers)('transactions of an app on $name', ({ open, openUnusual }) => {
  async function migrated(way: (path: string) => SqliteDatabase): Promise<HostDatabase> {
    const host = hostDatabase(way)
    await host.storage.migrate()
    return host
  }

  runCases(test, hostTransactionCases, async () => migrated(open))

  describe('with unusual settings', () => {
    runCases(test, hostTransactionCases, async () => migrated(openUnusual))
  })

  test('a database without an open transaction is refused', async () => {
    const { storage } = await migrated(open)
    const database = open(freshPath())
    opened.push(database)
    expect(() => storage.within?.(database)).toThrow('BEGIN IMMEDIATE')
  })
})
