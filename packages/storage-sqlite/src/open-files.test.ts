import fs, { chmodSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openFilesOf } from './open-files.ts'

/** Makes every check of a file fail from now on. Returns a function that ends this. */
function failLooks(code: string): () => void {
  const spy = vi.spyOn(fs, 'statSync').mockImplementation(() => {
    throw Object.assign(new Error(code), { code })
  })
  syncBuiltinESMExports()
  return () => {
    spy.mockRestore()
    syncBuiltinESMExports()
  }
}

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

test('a WAL of other connections that appears and disappears before the database is used is not ours', () => {
  const path = makePath()
  const other = open(path)
  other.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x)')
  const database = open(path)
  const opened = openFilesOf(database)
  expect(opened.problem()).toBeNull()
  // The last connection removes it.
  other.close()
  database.exec('INSERT INTO t VALUES (1)')
  opened.used()
  expect(opened.problem()).toBeNull()
  renameSync(`${path}-wal`, `${path}-away`)
  expect(opened.problem()).toMatch(/-wal or -shm file/)
  renameSync(`${path}-away`, `${path}-wal`)
  expect(opened.problem()).toBeNull()
})

test.each(['EACCES', 'EMFILE', 'ENOMEM'])('%s says nothing about the file', (code) => {
  const path = makePath()
  const database = open(path)
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x)')
  const opened = openFilesOf(database)
  opened.used()
  for (const [fails, problem] of [
    [code, null],
    ['ESTALE', expect.stringContaining('gone') as string],
  ] as const) {
    const endFailing = failLooks(fails)
    onTestFinished(endFailing)
    expect(opened.problem()).toEqual(problem)
    endFailing()
  }
  chmodSync(path, 0o600)
  expect(opened.problem()).toBeNull()
})
