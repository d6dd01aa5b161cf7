import { randomUUID } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { sampleUser } from '../test/samples.ts'
import { fromHex, listOf, toStored, toStoredList } from './ids.ts'
import { createSqliteStorage } from './index.ts'
import { afterOrStart, beforeOrEnd } from './keyset.ts'

const database = new DatabaseSync(':memory:')
const first = '00000000-0000-0000-0000-000000000000'
const last = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
const ids = [first, ...Array.from({ length: 50 }, () => randomUUID() as string).sort(), last]

test('ids are returned unchanged, and sort like their strings', () => {
  database.exec('CREATE TABLE ids (id BLOB PRIMARY KEY) STRICT, WITHOUT ROWID')
  const insert = database.prepare('INSERT INTO ids VALUES (?)')
  for (const id of ids.toReversed()) insert.run(toStored(id))
  const rows = database.prepare('SELECT hex(id) AS hex, length(id) AS bytes FROM ids ORDER BY id').all()
  expect(rows.map(({ hex }) => fromHex(String(hex)))).toEqual(ids)
  expect(new Set(rows.map(({ bytes }) => bytes))).toEqual(new Set([16]))
  const between = database.prepare('SELECT count(*) AS rows FROM ids WHERE id > ? AND id < ?')
  expect(between.get(afterOrStart(null), beforeOrEnd(null))).toEqual({ rows: ids.length })
  expect(between.get(afterOrStart(first), beforeOrEnd(last))).toEqual({ rows: ids.length - 2 })
  const among = database.prepare(`SELECT count(*) AS rows FROM ids WHERE id IN ${listOf('ids')}`)
  expect(among.get({ ids: toStoredList([first, last, randomUUID(), 'x']) })).toEqual({ rows: 2 })
})

test.each([
  '',
  'x',
  last.toUpperCase(),
  last.replaceAll('-', ''),
  last.replace('-', 'f'),
  last.replace('f', 'g'),
  last.replace('f', 'é'),
  `${last}f`,
  `{${last}}`,
])('a string that is not a Kith id (%j) is found nowhere, ends no list and is not stored', async (text) => {
  const storage = createSqliteStorage({ path: ':memory:' })
  await storage.migrate()
  const user = sampleUser({ id: last, bannedAt: new Date(1) })
  await storage.users.create(user)
  expect(await storage.users.byIds([text])).toEqual([])
  expect(await storage.users.byId(text)).toBeNull()
  expect(await storage.users.bannedIds({ limit: 9, before: text })).toEqual([])
  expect(await storage.users.markDeleted(text, new Date(2))).toBeNull()
  await expect(storage.users.create(sampleUser({ id: text }))).rejects.toMatchObject({
    code: 'storage-failed',
  })
  expect(await storage.users.byId(last)).toEqual(user)
  await storage.close()
})
