import { MongoClient } from 'mongodb'
import type { MongoOptions } from './mongo-server.ts'
import { accepts } from './port.ts'
import type { ServerProgram } from './server-process.ts'

/** SecantusDB, which implements MongoDB's protocol and is a replica set of one by default. */
export function secantusProgram(path: string, options: MongoOptions): ServerProgram {
  return {
    command: path,
    arguments: (port, folder) => [
      ...['--host', '127.0.0.1', '--port', String(port), '--storage-path', folder, '--cache-size', '128M'],
      ...(options.topology === 'standalone' ? ['--standalone'] : []),
      ...(options.testCommands ? ['--enable-test-commands'] : []),
      ...(options.syncOnCommit ? ['--sync-on-commit'] : []),
      ...(options.auth ? ['--auth'] : []),
    ],
    isReady: isPrimary,
  }
}

export function mongodProgram(path: string, options: MongoOptions): ServerProgram {
  return {
    command: path,
    arguments: (port, folder) => [
      ...['--bind_ip', '127.0.0.1', '--port', String(port), '--dbpath', folder, '--nounixsocket'],
      ...['--wiredTigerCacheSizeGB', '0.25'],
      ...(options.topology === 'standalone' ? [] : ['--replSet', 'kith']),
      ...(options.testCommands ? ['--setParameter', 'enableTestCommands=1'] : []),
      ...(options.auth ? ['--auth'] : []),
    ],
    isReady: isPrimary,
  }
}

/** Whether it accepts writes; a new replica set is initiated first. */
async function isPrimary(port: number): Promise<boolean> {
  if (!(await accepts(port))) return false
  const settings = { directConnection: true, serverSelectionTimeoutMS: 1_000 }
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/`, settings)
  try {
    const admin = client.db('admin')
    const { isWritablePrimary, isreplicaset } = await admin.command({ hello: 1 })
    const members = [{ _id: 0, host: `127.0.0.1:${port}` }]
    if (isreplicaset) await admin.command({ replSetInitiate: { _id: 'kith', members } })
    return isWritablePrimary === true
  } catch {
    return false
  } finally {
    await client.close()
  }
}
