import { chownSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { accepts, freePort } from './port.ts'
import { openTo } from './postgres-program.ts'
import { findOnPath } from './program-path.ts'
import { run } from './run.ts'
import { type ServerControl, startProcess } from './server-process.ts'
import { serverUser } from './server-user.ts'
import { noteSkipped, noteUsed } from './test-run.ts'

/** A PgBouncer in transaction mode, in front of a PostgreSQL server. */
export interface Pgbouncer {
  port: number
  /** As PgBouncer reports it, such as `1.18.0`. */
  version: string
  control: ServerControl
  stop(): Promise<void>
}

/** How many server connections it has for each user and database. */
export const pooledConnections = 2

// Debian installs it where only root's PATH leads.
const program = [...findOnPath('pgbouncer'), '/usr/sbin/pgbouncer'].find(existsSync)

/** Why none can be started, reported prominently; null if one can. */
export function pgbouncerMissing(): string | null {
  if (program !== undefined) return null
  const reason = 'pgbouncer not found: install it, as by `apt-get install pgbouncer`'
  noteSkipped(reason)
  return reason
}

/** Starts one in front of the server at a local port. Additional settings replace those of the tests. Check `pgbouncerMissing` first. */
export async function startPgbouncer(
  server: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<Pgbouncer> {
  if (program === undefined) throw new Error('pgbouncer not found')
  const user = serverUser()
  const version = /\d+(\.\d+)+/.exec(await run(program, ['--version']))?.[0] ?? 'of an unknown version'
  const port = await freePort()
  const lines = Object.entries({
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: 'transaction',
    default_pool_size: String(pooledConnections),
    ...settings,
  }).map(([name, value]) => `${name} = ${value}`)
  const configuration = `[databases]\n* = host=127.0.0.1 port=${server} user=postgres\n[pgbouncer]\n${lines.join('\n')}\n`
  const { control, stop } = await startProcess(
    {
      command: program,
      user,
      arguments: (_, folder) => [join(folder, 'pgbouncer.ini')],
      isReady: accepts,
      async prepare(folder) {
        const file = join(folder, 'pgbouncer.ini')
        writeFileSync(file, configuration)
        openTo(user, folder)
        if (user) chownSync(file, user.uid, user.gid)
      },
    },
    { port },
  )
  noteUsed(`PgBouncer ${version} (${program})`)
  return { port, version, control, stop }
}
