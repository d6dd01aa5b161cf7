import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSqliteStorage } from './index.ts'
import { sessionStatements } from './session-store.ts'
import { userStatements } from './user-store.ts'

const database = new DatabaseSync(':memory:')
const statements = [
  ...Object.entries(userStatements).map(([name, sql]) => [`users.${name}`, sql] as const),
  ...Object.entries(sessionStatements).map(([name, sql]) => [`sessions.${name}`, sql] as const),
]

beforeAll(() => createSqliteStorage({ database }).migrate())
afterAll(() => database.close())

function planOf(sql: string): string[] {
  const rows = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
  return rows.map((row) => String(row['detail']))
}

test.each(statements)('%s reads through an index and sorts nothing', (_, sql) => {
  const plan = planOf(sql)
  const costly = plan.filter((step) => /TEMP B-TREE|AUTOMATIC/.test(step) || /^SCAN (?!.*USING)/.test(step))
  expect(costly).toEqual([])
})

test('each statement uses the index that was made for it', () => {
  // Other steps differ between releases of SQLite.
  const reads = (sql: string): string[] => planOf(sql).filter((step) => /^(SEARCH|SCAN)/.test(step))
  expect(Object.fromEntries(statements.map(([name, sql]) => [name, reads(sql)]))).toMatchInlineSnapshot(`
    {
      "sessions.byId": [
        "SEARCH kith_sessions USING PRIMARY KEY (id=?)",
      ],
      "sessions.insert": [],
      "sessions.list": [
        "SEARCH kith_sessions USING INDEX kith_sessions_unrevoked (user_id=? AND id<?)",
      ],
      "sessions.purgeEnded": [
        "SEARCH kith_sessions USING PRIMARY KEY (id=?)",
        "SEARCH kith_sessions USING INDEX kith_sessions_ended (ended_at<?)",
      ],
      "sessions.revoke": [
        "SEARCH kith_sessions USING PRIMARY KEY (id=?)",
      ],
      "sessions.revokeAll": [
        "SEARCH kith_sessions USING INDEX kith_sessions_unrevoked (user_id=?)",
      ],
      "sessions.rotate": [
        "SEARCH kith_sessions USING PRIMARY KEY (id=?)",
      ],
      "users.byEmail": [
        "SEARCH kith_users USING INDEX sqlite_autoindex_kith_users_3 (email=?)",
      ],
      "users.byId": [
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
      ],
      "users.byUsername": [
        "SEARCH kith_users USING INDEX sqlite_autoindex_kith_users_2 (username=?)",
      ],
      "users.deletedIds": [
        "SCAN kith_users USING INDEX kith_users_deleted",
      ],
      "users.insert": [],
      "users.markDeleted": [
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
      ],
      "users.purge": [
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
      ],
      "users.replacePassword": [
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
      ],
      "users.taken": [
        "SEARCH kith_users USING INDEX sqlite_autoindex_kith_users_2 (username=?)",
        "SEARCH kith_users USING INDEX sqlite_autoindex_kith_users_3 (email=?)",
        "SEARCH kith_users USING INDEX sqlite_autoindex_kith_users_4 (phone=?)",
      ],
      "users.update": [
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
      ],
    }
  `)
})
