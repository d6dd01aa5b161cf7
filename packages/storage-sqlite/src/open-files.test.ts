import type * as files from 'node:fs'
import { chmodSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openFilesOf } from './open-files.ts'

const stat = vi.hoisted(() => ({ fails: null as string | null }))
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof files>()
  return {
    ...fs,
    statSync: (...values: Parameters<typeof fs.statSync>) => {
      if (stat.fails) throw Object.assign(new Error(stat.fails), { code: stat.fails })
      return fs.statSync(...values)
    },
  }
})

function open(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  onTestFinished(() => {
    if (database.isOpen) database.close()
  })
  return database
}

function makePath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kith-files-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'app.db')
}

test('a WAL of others that comes and goes before the database is used is none of ours', () => {
  const path = makePath()
  const other = open(path)
  other.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x)')
  const database = open(path)
  const opened = openFilesOf(database)
  expect(opened.problem()).toBeNull()
  // The last of those that have it open removes it.
  other.close()
  database.exec('INSERT INTO t VALUES (1)')
  opened.used()
  expect(opened.problem()).toBeNull()
  renameSync(`${path}-wal`, `${path}-away`)
  expect(opened.problem()).toMatch(/-wal or -shm file/)
  renameSync(`${path}-away`, `${path}-wal`)
  expect(opened.problem()).toBeNull()
})

test.each(['EACCES', 'EMFILE', 'ENOMEM'])('%s says nothing of the file', (code) => {
  const path = makePath()
  const database = open(path)
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x)')
  const opened = openFilesOf(database)
  opened.used()
  stat.fails = code
  onTestFinished(() => void (stat.fails = null))
  expect(opened.problem()).toBeNull()
  stat.fails = 'ESTALE'
  expect(opened.problem()).toMatch(/gone/)
  stat.fails = null
  chmodSync(path, 0o600)
  expect(opened.problem()).toBeNull()
})
