import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, sep } from 'node:path'
import { fastFolder } from '../fast-folder.ts'
import { exclusively } from './exclusively.ts'
import type { SystemUser } from './guard.ts'
import type { PostgresPrograms } from './find-postgres.ts'
import { run } from './run.ts'
import type { ServerProgram } from './server-process.ts'
import { serverUser } from './server-user.ts'
import { runFolder } from './test-run.ts'

/** The setup of a server. */
export interface PostgresSettings {
  /** Each commit reaches the disk, as in production. Without it commits survive the process, but not the machine. */
  fsync?: boolean
  /** More settings, by name. */
  settings?: Readonly<Record<string, string>>
}

const [fast, durable] = [
  { fsync: 'off', full_page_writes: 'off' },
  { fsync: 'on', full_page_writes: 'on' },
]

/** A PostgreSQL server. Its folder is a copy of a cluster that is initialized once per run. */
export function postgresProgram(
  { folder: programs }: PostgresPrograms,
  options: PostgresSettings,
): ServerProgram {
  const user = serverUser()
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '64MB',
    jit: 'off',
    ...(options.fsync ? durable : fast),
    ...options.settings,
  }
  return {
    command: join(programs, 'postgres'),
    user,
    arguments: (port, folder) => [
      ...['-D', join(folder, 'cluster'), '-p', String(port)],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    isReady,
    ending: 'SIGINT',
    async prepare(folder) {
      if (existsSync(join(folder, 'cluster'))) return
      const template = await foundedCluster(programs, user)
      openTo(user, folder)
      // Keeps the owner; copying the files of a stopped cluster is a cold backup.
      await run('cp', ['-Rp', template, join(folder, 'cluster')])
    },
  }
}

/** Roles in the group `asks_password` need their passwords, all others are accepted. */
const clients = `host all +asks_password 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
host replication all 127.0.0.1/32 trust
`

/** Takes half a second, so it is done once. */
async function foundedCluster(programs: string, user: SystemUser | null): Promise<string> {
  const folder = join(runFolder(), 'postgres')
  const cluster = join(folder, 'cluster')
  const founded = join(folder, 'founded')
  mkdirSync(folder, { recursive: true })
  await exclusively(join(runFolder(), 'postgres.lock'), async () => {
    if (existsSync(founded)) return
    openTo(user, folder)
    const settings = [
      '--auth=trust',
      '--username=postgres',
      '--encoding=UTF8',
      '--no-sync',
      '--no-instructions',
    ]
    await run(join(programs, 'initdb'), ['-D', cluster, '--locale=C.UTF-8', ...settings], { user })
    writeFileSync(join(cluster, 'pg_hba.conf'), clients)
    writeFileSync(founded, '')
  })
  return cluster
}

/** Lets the user write in a folder, and reach it through the private folders of tests. */
export function openTo(user: SystemUser | null, folder: string): void {
  if (!user) return
  chownSync(folder, user.uid, user.gid)
  const ours = [fastFolder, tmpdir()].map((parent) => `${parent}${sep}`)
  for (let above = dirname(folder); ours.some((parent) => above.startsWith(parent)); above = dirname(above))
    chmodSync(above, statSync(above).mode | 0o011)
}

/** Requests TLS, to which a server responds with one letter, unless it cannot accept clients yet. */
const question = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

async function isReady(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1').setTimeout(1_000, () => socket.destroy(new Error('no answer')))
  try {
    socket.write(question)
    await once(socket, 'data')
    const begin = Buffer.from('\0\0\0\x2f\0\x03\0\0user\0postgres\0database\0postgres\0\0', 'latin1')
    begin.writeInt32BE(begin.length)
    socket.write(begin)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    return answer.toString('latin1').startsWith('R')
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
