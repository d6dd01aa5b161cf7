import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fastFolder } from '../fast-folder.ts'

interface Guard {
  tell(line: string): void
  folder: string
}

let guard: Guard | null = null

/** A separate process, because nothing in this one runs any more once it is killed. */
function theGuard(): Guard {
  if (guard) return guard
  const folder = mkdtempSync(join(fastFolder, 'kith-servers-'))
  const script = fileURLToPath(new URL('guard.sh', import.meta.url))
  const shell = spawn('/bin/sh', [script, folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Tests may have changed the PATH.
    env: { PATH: '/usr/bin:/bin' },
    detached: true,
  })
  const input = shell.stdin as Socket
  // Windows has no such shell, and none of the servers that we start.
  for (const part of [shell, input]) part.on('error', () => undefined).unref()
  guard = { folder, tell: (line) => void input.write(`${line}\n`) }
  return guard
}

/** The user who runs a program, if it is not the user of this process. */
export interface SystemUser {
  uid: number
  gid: number
}

/** Starts a program that dies with this process, including its children, however this process ends. */
export function spawnGuarded(
  command: string,
  args: readonly string[],
  options: Pick<SpawnOptions, 'stdio' | 'env' | 'cwd' | 'uid' | 'gid'>,
): ChildProcess {
  const { tell } = theGuard()
  const child = spawn(command, args, { ...options, detached: true })
  if (child.pid !== undefined) {
    tell(`guard ${child.pid}`)
    child.once('exit', () => tell(`release ${child.pid}`))
  }
  return child
}

let folders = 0

/** An empty folder that is removed with this process. */
export function guardedFolder(): string {
  const folder = join(theGuard().folder, String(++folders))
  mkdirSync(folder)
  return folder
}
