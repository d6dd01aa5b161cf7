import { execFile } from 'node:child_process'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { promisify } from 'node:util'
import { KithError } from '@kith/core'
import type { Connection } from './database.ts'
import { toStorageError } from './storage-error.ts'

/**
 * Work on the entire file, which takes minutes for a large one, runs in a separate process: it blocks nothing here, and
 * two copies of SQLite in one process would release each other's locks.
 */
const scriptFor = (path: string, target: string | null): string => `
process.umask(0o077)
const [path, target] = ${JSON.stringify([path, target])}
const { DatabaseSync } = require('node:sqlite')
let answer
try {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA busy_timeout = 60000')
  if (target) {
    database.prepare('VACUUM INTO ?').run(target)
    // VACUUM leaves that to the system.
    const { openSync, fsyncSync, closeSync } = require('node:fs')
    const copy = openSync(target, 'r+')
    fsyncSync(copy)
    closeSync(copy)
  }
  answer = target ? {} : { found: database.prepare('PRAGMA quick_check').all().map((row) => row.quick_check) }
  database.close()
} catch ({ errcode, message }) {
  // A file that is badly damaged ends the check itself.
  answer = !target && [11, 26].includes(errcode & 255) ? { found: [message] } : { errcode, message }
}
console.log(JSON.stringify(answer))`

interface Answer {
  found?: string[]
  errcode?: number
  message?: string
}

/**
 * Writes a copy of the database, as it is at one moment, to a file that must not exist; it is complete or not there at
 * all, even after a power cut. Others continue reading and writing.
 */
export async function backup(connection: Connection, target: string): Promise<void> {
  const path = await pathOf(connection)
  if (existsSync(target))
    throw new KithError('storage-failed', {
      detail: 'The backup file already exists: choose another name or move it.',
    })
  // An incomplete file must not look like a backup.
  const unfinished = `${target}.partial`
  rmSync(unfinished, { force: true })
  try {
    await runScript(path, unfinished)
    renameSync(unfinished, target)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
}

/** The problems that SQLite finds in the file; empty if it is sound. Others continue reading and writing. */
export async function integrity(connection: Connection): Promise<readonly string[]> {
  const { found = [] } = await runScript(await pathOf(connection), null)
  return found.filter((line) => line !== 'ok')
}

async function pathOf({ read, all }: Connection): Promise<string> {
  const files = await read(() => all<{ name: string; file: string | null }>('PRAGMA database_list'))
  const path = files.find(({ name }) => name === 'main')?.file
  if (path) return path
  throw new KithError('storage-failed', { detail: 'An in-memory database has no file to copy or check.' })
}

/** The paths are in the script: runtimes differ in how they treat arguments after one. */
async function runScript(path: string, target: string | null): Promise<Answer> {
  const options = ['--disable-warning=ExperimentalWarning', '-e', scriptFor(path, target)]
  const { stdout } = await promisify(execFile)(process.execPath, options, { maxBuffer: 2 ** 24 })
  const answer = JSON.parse(stdout) as Answer
  if (answer.message === undefined) return answer
  throw toStorageError(Object.assign(new Error(answer.message), { errcode: answer.errcode }))
}
