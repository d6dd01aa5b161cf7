import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { fastFolder } from '../../../test/fast-folder.ts'

const script = fileURLToPath(new URL('../src/kith.ts', import.meta.url))
const modules = fileURLToPath(new URL('../node_modules', import.meta.url))

/** Node 22.13 needs a flag to strip types. The first argument of everything that runs the command line from its sources. */
export const nodeFlags: readonly string[] = ['--conditions=@kith/source', '--experimental-strip-types']

export const secret = 'rZ4mQe8vTn2kLw7xPb9dYs3hJf6gUc1a'

/** The outcome of a run of the command line. */
export interface Run {
  code: number | null
  stdout: string
  stderr: string
  /** Standard output, parsed as JSON. */
  json: <Value>() => Value
}

/** A project folder with an SQLite file and the Kith packages. It is removed after the test. */
export interface Project {
  folder: string
  database: string
  env: Record<string, string>
  /** Writes a file; returns its path. */
  write(name: string, text: string): string
  /** Runs `kith` to its end. */
  kith(
    args: readonly string[],
    more?: { env?: Record<string, string>; input?: string; cwd?: string },
  ): Promise<Run>
  /** Starts `kith`; the test has to end it. */
  start(args: readonly string[]): ChildProcess
}

/** Creates one. */
export function createProject(): Project {
  const folder = mkdtempSync(join(fastFolder, 'kith-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  symlinkSync(modules, join(folder, 'node_modules'))
  const database = join(folder, 'app.db')
  const env = { KITH_SECRET: secret, KITH_SQLITE: database }

  function start(
    args: readonly string[],
    more: { env?: Record<string, string>; cwd?: string } = {},
  ): ChildProcess {
    const { PATH = '', TMPDIR, NODE_COMPILE_CACHE } = process.env
    const child = spawn(process.execPath, [...nodeFlags, script, ...args], {
      cwd: more.cwd ?? folder,
      env: {
        PATH,
        ...(TMPDIR && { TMPDIR }),
        ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }),
        ...env,
        ...more.env,
      },
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    return child
  }

  return {
    folder,
    database,
    env,
    write(name, text) {
      const path = join(folder, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
      return path
    },
    async kith(args, more = {}) {
      const child = start(args, more)
      child.stdin?.end(more.input ?? '')
      return await ended(child)
    },
    start,
  }
}

/** Everything that a process wrote until it ended. */
export async function ended(child: ChildProcess): Promise<Run> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr, json: <Value>() => JSON.parse(stdout) as Value }
}
