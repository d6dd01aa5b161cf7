import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import { KithError } from '@kith/core'
import type { Connection } from './database.ts'
import { toStorageError } from './storage-error.ts'

/**
 * Reads the whole file, which takes seconds for gigabytes, so it has a thread and a connection of its own. The result is
 * compact, of one moment, and on the disk when it is done: VACUUM by itself leaves that to the system.
 */
const program = `
  const { parentPort, workerData } = require('node:worker_threads')
  const { fsyncSync, openSync, closeSync } = require('node:fs')
  process.emitWarning = () => {}
  const { DatabaseSync } = require('node:sqlite')
  try {
    const database = new DatabaseSync(workerData.file)
    try {
      database.exec('PRAGMA busy_timeout = 5000')
      database.prepare('VACUUM INTO ?').run(workerData.target)
    } finally {
      database.close()
    }
    const copy = openSync(workerData.target, 'r')
    fsyncSync(copy)
    closeSync(copy)
    parentPort.postMessage(null)
  } catch (error) {
    parentPort.postMessage({ message: error.message, errcode: error.errcode, code: error.code })
  }
`

/** Copies the database of a connection, as it is at one moment, to a file that does not exist. */
export async function backup(connection: Connection, path: string): Promise<void> {
  const database = await connection.read(() => connection.get<{ file: string }>('PRAGMA database_list'))
  if (!database?.file)
    throw new KithError('storage-failed', {
      detail: 'A database in memory cannot be backed up: give it a path.',
    })
  if (existsSync(path))
    throw new KithError('storage-failed', { detail: 'A backup does not replace a file: name a new one.' })
  const unfinished = `${path}.partial`
  await rm(unfinished, { force: true })
  try {
    await vacuumInto(database.file, unfinished)
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

async function vacuumInto(file: string, target: string): Promise<void> {
  const worker = new Worker(program, { eval: true, workerData: { file, target } })
  const [failure] = (await once(worker, 'message')) as [{ message: string } | null]
  await worker.terminate()
  if (failure) throw toStorageError(Object.assign(new Error(failure.message), failure))
}
