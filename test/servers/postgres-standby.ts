import { chownSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { findPostgres } from './find-postgres.ts'
import { openTo, postgresProgram } from './postgres-program.ts'
import { run } from './run.ts'
import { type ServerControl, startProcess } from './server-process.ts'
import { serverUser } from './server-user.ts'

/** A standby that streams from a local primary. */
export interface PostgresStandby {
  uri: string
  control: ServerControl
  stop(): Promise<void>
}

/** Starts a standby of the server at a port, from a base backup. `name` identifies it in `synchronous_standby_names`. */
export async function startStandby(primary: number, name = 'standby'): Promise<PostgresStandby> {
  const source = await findPostgres()
  if (source.kind !== 'postgres') throw new Error('A standby needs programs of PostgreSQL')
  const user = serverUser()
  const program = postgresProgram(source, { settings: { hot_standby: 'on' } })
  const { port, control, stop } = await startProcess(
    {
      ...program,
      async prepare(folder) {
        const cluster = join(folder, 'cluster')
        if (existsSync(cluster)) return
        openTo(user, folder)
        await copyCluster(primary, cluster)
        const info = `host=127.0.0.1 port=${primary} user=postgres application_name=${name}`
        writeFileSync(
          join(cluster, 'postgresql.auto.conf'),
          `primary_conninfo = '${info}'\nwal_retrieve_retry_interval = '100ms'\n`,
        )
      },
    },
    {},
  )
  return { uri: `postgres://postgres@127.0.0.1:${port}/postgres`, control, stop }
}

/** The work of `pg_basebackup`, which npm's package lacks: copies the files between `pg_backup_start` and `pg_backup_stop`. */
async function copyCluster(primary: number, cluster: string): Promise<void> {
  const user = serverUser()
  const client = new pg.Client(`postgres://postgres@127.0.0.1:${primary}/postgres`)
  await client.connect()
  try {
    const { rows } = await client.query<{ folder: string }>(
      "SELECT current_setting('data_directory') AS folder",
    )
    await client.query("SELECT pg_backup_start('standby', true)")
    // Files appear and disappear meanwhile; replaying the log from the start of the backup corrects what was copied in between.
    await run('cp', ['-Rp', rows[0]?.folder ?? '', cluster]).catch(() => {})
    const { rows: ends } = await client.query<{ labelfile: string }>(
      'SELECT labelfile FROM pg_backup_stop(false)',
    )
    await run('rm', ['-f', join(cluster, 'postmaster.pid'), join(cluster, 'postmaster.opts')])
    const label = join(cluster, 'backup_label')
    writeFileSync(join(cluster, 'standby.signal'), '')
    writeFileSync(label, ends[0]?.labelfile ?? '')
    // The server renames and removes the files that say how it starts.
    if (user) for (const file of [label, join(cluster, 'standby.signal')]) chownSync(file, user.uid, user.gid)
  } finally {
    await client.end()
  }
}
