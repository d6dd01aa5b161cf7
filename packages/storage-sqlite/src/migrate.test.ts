import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { useTemporaryFolder } from '../test/temporary-folder.ts'
import { type Connection, createConnection } from './database.ts'
import { migrate, plan } from './migrate.ts'
import type { Migration } from './migration.ts'
import { migrations, newestVersion } from './schema.ts'

const freshPath = useTemporaryFolder()
const version = newestVersion + 1
const rows = 5_000

/** A schema with an additional version that changes every row. */
const newer: readonly Migration[] = [
  ...migrations,
  {
    version,
    statements: 'ALTER TABLE kith_facts ADD COLUMN length INTEGER',
    fills: [
      {
        name: 'lengths of facts',
        left: ({ get }) =>
          get<{ n: number }>('SELECT count(*) AS n FROM kith_facts WHERE length IS NULL')?.n ?? 0,
        change: ({ run }, limit) =>
          run(
            `UPDATE kith_facts SET length = length(value) WHERE name IN
              (SELECT name FROM kith_facts WHERE length IS NULL LIMIT @limit)`,
            { limit },
          ),
      },
    ],
  },
]
const [first, second] = [`schema ${version}`, `schema ${version}: lengths of facts`]

async function filled(): Promise<{ path: string; connection: Connection }> {
  const path = freshPath()
  const connection = createConnection({ path })
  await migrate(connection)
  await connection.atomically(() => {
    for (let row = 0; row < rows; row++)
      connection.run('INSERT INTO kith_facts (name, value) VALUES (@name, @value)', {
        name: `${row}`,
        value: 'four',
      })
  })
  return { path, connection }
}

function lengths(path: string): unknown {
  const database = new DatabaseSync(path)
  const found = database.prepare('SELECT count(*) AS rows FROM kith_facts WHERE length = 4').get()
  database.close()
  return found
}

test('many rows are changed in steps that let timers and other writers run in between', async () => {
  const { path, connection } = await filled()
  expect(await plan(connection, newer)).toEqual([
    { name: first, total: 1 },
    { name: second, total: 0 },
  ])
  const other = createConnection({ path })
  let turns = 0
  let written = 0
  let migrated = false
  const writing = (async () => {
    while (!migrated) {
      turns++
      await other.write(() => other.run('UPDATE kith_schema SET applied_at = applied_at + 1'))
      written++
      await new Promise((resolve) => setImmediate(resolve))
    }
  })()
  const reports: number[] = []
  await migrate(
    connection,
    { progress: ({ step, done }) => void (step === second && reports.push(done)) },
    newer,
  )
  migrated = true
  await writing
  expect(reports.length).toBeGreaterThan(5)
  expect(reports).toEqual([...reports].sort((a, b) => a - b))
  expect([turns > 3, written > 3]).toEqual([true, true])
  expect(lengths(path)).toEqual({ rows })
  expect(await plan(connection, newer)).toEqual([])
  for (const each of [connection, other]) await each.close()
})

test('a migration that is interrupted at any point is continued, even by two processes', async () => {
  const { path, connection } = await filled()
  const cutOffAfter = (most: number): Promise<void> =>
    migrate(
      connection,
      {
        progress({ step, done }) {
          if (step === second && done > most) throw new Error('cut off')
        },
      },
      newer,
    )
  await expect(cutOffAfter(0)).rejects.toThrow('cut off')
  await expect(cutOffAfter(1_000)).rejects.toThrow('cut off')
  const [left] = await plan(connection, newer)
  expect(left?.name).toBe(second)
  expect(left?.total).toBeLessThan(rows - 1_000)
  expect(left?.total).toBeGreaterThan(0)
  const other = createConnection({ path })
  await Promise.all([migrate(connection, {}, newer), migrate(other, {}, newer)])
  expect(lengths(path)).toEqual({ rows })
  for (const each of [connection, other]) await each.close()
})
